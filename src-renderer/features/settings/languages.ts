/** The languages that the window speaks, each by its own name. */
export const languages: readonly { readonly value: string; readonly label: string }[] = [
  { value: 'en', label: 'English' },
];
