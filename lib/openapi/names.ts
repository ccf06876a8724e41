/** Makes names for a document from other names. The same input gives the same name. */

/** Words joined in PascalCase: `list users`, `list_users` and `listUsers` are `ListUsers`. */
export function pascalCase(...words: readonly string[]): string {
  return words
    .flatMap((word) => word.split(/[^A-Za-z0-9]+/))
    .filter((word) => word !== '')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('')
}

/** Words joined in camelCase. */
export function camelCase(...words: readonly string[]): string {
  const name = pascalCase(...words)
  return name.charAt(0).toLowerCase() + name.slice(1)
}

/** Whether a text can be the name of a component (OpenAPI 3.1 section 4.8.7.1). */
export function isComponentName(name: unknown): name is string {
  return typeof name === 'string' && /^[A-Za-z0-9._-]+$/.test(name)
}
