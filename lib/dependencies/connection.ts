/** The dependencies of one connection. They end with its handler or with the connection. */
import { ClientDisconnected, HTTPException, WebSocketException } from '../exceptions.ts'
import type { ConnectionScope, Failure, FoundDependencies, ScopeOutcome } from '../types.ts'
import type { Entry } from './entry.ts'
import { endGenerator } from './generators.ts'
import { Holder, type Provider } from './holder.ts'
import { joinErrors } from './joinerrors.ts'

/** Returns the dependencies found for a connection so far. All copies of its scope share one object. */
export function foundFor(scope: ConnectionScope): ConnectionDependencies {
  scope.outcome ??= {}
  const { outcome } = scope
  const known = outcome.dependencies as ConnectionDependencies | undefined
  if (known !== undefined) return known
  const made = new ConnectionDependencies(outcome)
  outcome.dependencies = made
  return made
}

class ConnectionDependencies implements FoundDependencies {
  failure: Failure | undefined
  readonly #outcome: ScopeOutcome
  readonly #holder: Holder
  /** Errors without a response, for the log. */
  readonly #errors: unknown[] = []
  #endsWithHandler = false

  constructor(outcome: ScopeOutcome) {
    this.#outcome = outcome
    this.#holder = new Holder({
      retries: false,
      assertClosed: (name) => {
        if (outcome.owner === undefined) throw neverClosed(name)
      },
    })
  }

  get(provider: Provider, connection: unknown): unknown {
    this.#endsWithHandler ||= provider.until === 'handler'
    return this.#holder.get(provider, connection)
  }

  endHandler(failure?: Failure): Promise<Failure | undefined> | undefined {
    if (!this.#endsWithHandler) return undefined
    this.#endsWithHandler = false
    return this.#endHandler(failure)
  }

  /** An error of a clean-up replaces the failure of the handler, as in a `finally` around the handler. */
  async #endHandler(failure: Failure | undefined): Promise<Failure | undefined> {
    let answered = failure
    await this.#end(
      isOfHandler,
      () => answered,
      (error) => {
        if (answered !== undefined && isLost(answered.error, error))
          this.#errors.push(answered.error)
        answered = { error }
      },
    )
    return answered
  }

  async close(
    failure: Failure | undefined,
    thrown: Failure | undefined,
    recover: (error: unknown) => Promise<void>,
  ): Promise<void> {
    this.failure ??= failure
    const errors = this.#errors
    const log = (error: unknown): number => errors.push(error)
    await this.#end(isAny, () => this.failure, log)
    this.#outcome.dependencies = undefined
    // A disconnect is expected, but an error of a clean-up is not.
    const isExpected = thrown?.error instanceof ClientDisconnected && errors.length > 0
    if (thrown !== undefined && !isExpected) throw joinErrors([thrown.error, ...errors])
    if (errors.length > 0) await recover(joinErrors(errors))
  }

  #end(
    matches: (entry: Entry) => boolean,
    failure: () => Failure | undefined,
    onError: (error: unknown) => void,
  ): Promise<void> {
    return this.#holder.close(matches, async ({ generator, name }) => {
      const thrown = failure()
      try {
        if (generator !== undefined) await endGenerator(generator, thrown, name)
      } catch (error) {
        if (thrown === undefined || error !== thrown.error) onError(error)
      }
    })
  }
}

function isAny(): boolean {
  return true
}

function isOfHandler({ until }: Entry): boolean {
  return until === 'handler'
}

/** Whether an error is a bug that would be neither answered nor logged if another error replaced it. */
function isLost(error: unknown, other: unknown): boolean {
  if (other instanceof Error && other.cause === error) return false
  return !(
    error instanceof HTTPException ||
    error instanceof WebSocketException ||
    error instanceof ClientDisconnected
  )
}

function neverClosed(name: string): TypeError {
  return new TypeError(
    `dependency ${name}: it is a generator, but nothing would close it. Put an Application or a Route around this app.`,
  )
}
