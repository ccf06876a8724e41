/** Loads `lifespan.ts` with the first lifespan. Programs without a server, such as tests, have none. */
import type * as lifespan from '../lifespan.ts'

export async function runLifespan(
  ...given: Parameters<typeof lifespan.runLifespan>
): Promise<void> {
  const { runLifespan } = await import('../lifespan.ts')
  return runLifespan(...given)
}
