/** Loads the parser with the first form, and the file system behind it with the first large file. */
import type { Form } from './form.ts'
import type { Part } from './parts.ts'
import type * as reader from './read.ts'

export async function readForm(...given: Parameters<typeof reader.readForm>): Promise<Form> {
  const { readForm } = await import('./read.ts')
  return readForm(...given)
}

export async function* readParts(
  ...given: Parameters<typeof reader.readParts>
): AsyncGenerator<Part, void, undefined> {
  const { readParts } = await import('./read.ts')
  yield* readParts(...given)
}
