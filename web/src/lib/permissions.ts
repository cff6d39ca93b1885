// What the user may do. Permissions come from the server as `noun:verb`, `noun:*` or `*`.

export function allows(permissions: readonly string[], wanted: string): boolean {
  const noun = wanted.split(':')[0];
  return permissions.some((one) => one === wanted || one === '*' || one === '*:*' || one === `${noun}:*`);
}
