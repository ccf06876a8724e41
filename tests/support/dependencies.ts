/** Dependencies that write down what happens to them. */
import { type AnyConnection, type Dependency, dependency } from '../../lib/dependencies.ts'

type Until = 'response' | 'handler'

/** A dependency that writes down what happens to it. */
export function noted(
  log: string[],
  name: string,
  until: Until = 'response',
): Dependency<Promise<string>, AnyConnection> {
  return dependency(
    async function* () {
      log.push(`open ${name}`)
      try {
        yield name
        log.push(`close ${name}`)
      } catch (error) {
        log.push(`${name}: ${(error as Error).message}`)
        throw error
      }
    },
    { until, name },
  )
}
