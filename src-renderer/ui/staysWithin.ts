/** Whether a drag that leaves one element of the listening one goes on over another of it. */
export function staysWithin({ currentTarget, relatedTarget }: DragEvent): boolean {
  return currentTarget instanceof Node && relatedTarget instanceof Node && currentTarget.contains(relatedTarget);
}
