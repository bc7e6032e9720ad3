/** Names and folders of projects, as text: the window knows no file system. */

const suffix = '.doppel';
const forbiddenInNames = /[/\\:*?"<>|\p{Cc}]/u;

/** `name` in `folder`, with the separator that the folder uses. */
export function pathInside(folder: string, name: string): string {
  const separator = /^[a-zA-Z]:|\\/.test(folder) ? '\\' : '/';
  return `${folder.replace(/[\\/]$/, '')}${separator}${name}`;
}

export const isProjectFolder = (path: string): boolean => path.replace(/[\\/]$/, '').endsWith(suffix);

export const withSuffix = (name: string): string => (name.endsWith(suffix) ? name : `${name}${suffix}`);

/** Whether every common system takes it as the name of a folder. */
export function isGoodName(name: string): boolean {
  return name.trim() !== '' && !name.startsWith('.') && name.length <= 100 && !forbiddenInNames.test(name);
}
