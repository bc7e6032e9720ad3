/** Questions of the backend in the order they came, for a job that waits for them. */

export interface QuestionQueue<Question> {
  put(question: Question): void;
  /** No more will come: whoever waits gets null. */
  end(): void;
  /** Null once it has ended, whatever is left. One waits at a time. */
  next(): Promise<Question | null>;
}

export function createQuestionQueue<Question>(): QuestionQueue<Question> {
  const waiting: Question[] = [];
  let isOver = false;
  let answer: ((question: Question | null) => void) | null = null;
  const give = (question: Question | null): void => {
    const to = answer;
    answer = null;
    to?.(question);
  };
  return {
    put(question) {
      if (answer === null) waiting.push(question);
      else give(question);
    },
    end() {
      isOver = true;
      give(null);
    },
    next() {
      if (isOver) return Promise.resolve(null);
      const first = waiting.shift();
      if (first !== undefined) return Promise.resolve(first);
      return new Promise((resolve) => {
        answer = resolve;
      });
    },
  };
}
