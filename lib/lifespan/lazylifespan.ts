/** Loads what runs lifespans with the first of them: programs without a server, such as tests, have none. */
import type * as lifespan from '../lifespan.ts'

export async function runLifespan(
  ...given: Parameters<typeof lifespan.runLifespan>
): Promise<void> {
  const { runLifespan } = await import('../lifespan.ts')
  return runLifespan(...given)
}
