/** A notification of the system; a system without them is no fault, the jobs page says the same. */
import { Notification } from 'electron';

export interface Notice {
  readonly title: string;
  readonly body: string;
  onClick(): void;
}

export function notify({ title, body, onClick }: Notice): void {
  if (!Notification.isSupported()) return;
  const notification = new Notification({ title, body });
  notification.on('click', onClick);
  notification.show();
}
