/** Runs an operation: guards, inputs, dependencies, handler, reply. */
import { ValidationError } from '../exceptions/validation.ts'
import { isThenable } from '../internal/handled.ts'
import type { Request } from '../requests.ts'
import type { Answer } from '../routing/endpoint.ts'
import type { MergedSettings } from '../types/keys.ts'
import { BodyReader } from './bodyreader.ts'
import type { Contract, OnInvalid, Resolvable } from './contract.ts'
import { type GatheredInputs, gather, type SourceReader, sourceReaders } from './inputs.ts'
import { Replies } from './replies.ts'

type AnyRequest = Request<never, never>

/** A handler with any input. */
export type AnyOperationHandler = (input: never) => unknown

/** A contract with its handler, prepared at definition for its requests. */
export class Plan {
  readonly #contract: Contract
  readonly #handler: (input: object) => unknown
  readonly #guards: readonly Resolvable[]
  readonly #readers: readonly SourceReader[]
  readonly #body: BodyReader | undefined
  readonly #uses: readonly (readonly [name: string, dependency: Resolvable])[]
  readonly #where: string
  /** The replies of the operation without layers. */
  readonly #replies: Replies
  readonly #byLayer = new WeakMap<MergedSettings, Replies>()
  #lastLayer: MergedSettings | undefined
  #lastReplies: Replies
  readonly #onInvalid: OnInvalid | undefined
  /** Whether the handler can be called in the same turn, unless a schema is async. */
  readonly #isDirect: boolean

  constructor(where: string, contract: Contract, handler: AnyOperationHandler) {
    this.#contract = contract
    this.#handler = handler as (input: object) => unknown
    this.#guards = contract.guards ?? []
    this.#readers = sourceReaders(contract)
    this.#body = contract.body === undefined ? undefined : new BodyReader(where, contract.body)
    this.#uses = Object.entries(contract.use ?? {})
    this.#where = where
    this.#replies = new Replies(where, contract, undefined)
    this.#lastReplies = this.#replies
    this.#onInvalid = contract.onInvalid
    const waits = this.#guards.length + this.#uses.length
    this.#isDirect = waits === 0 && this.#body === undefined
  }

  answer(request: AnyRequest, layered: MergedSettings | undefined): Answer | Promise<Answer> {
    if (!this.#isDirect) return this.#whole(request, layered)
    const gathered = gather(this.#readers, request)
    if (!isThenable(gathered)) return this.#finish(request, gathered, layered)
    return Promise.resolve(gathered).then((all) => this.#finish(request, all, layered))
  }

  /**
   * Only promises are awaited. If the body is requested in the turn in which the request arrives, Node's
   * server reads it without its stream. One turn later that costs 10 µs more, of 50.
   */
  async #whole(request: AnyRequest, layered: MergedSettings | undefined): Promise<Answer> {
    for (const guard of this.#guards) {
      const found = guard.of(request)
      if (isThenable(found)) await found
    }
    const gathering = gather(this.#readers, request)
    const gathered = isThenable(gathering) ? await gathering : gathering
    const body = this.#body?.bodyOf(request)
    if (body !== undefined) {
      const isWhole = body.decode !== undefined
      const read = await (isWhole ? request.bytes(body.limit) : body.read(request))
      const value = body.decode === undefined ? read : body.decode(read as Uint8Array)
      const taking = this.#body?.take(body, value, gathered)
      if (taking !== undefined) await taking
    } else if (this.#body !== undefined) await this.#body.takeNone(gathered)
    if (gathered.issues.length === 0) {
      for (const [name, dependency] of this.#uses) {
        const found = dependency.of(request)
        gathered.values[name] = isThenable(found) ? await found : found
      }
    }
    if (gathered.issues.length > 0) return this.#refuse(request, gathered.issues, layered)
    // To return the promise, as `#finish` does, would cost three more turns in this async method.
    const returned = this.#handler(gathered.values)
    const value = isThenable(returned) ? await returned : returned
    return this.#within(layered).answer(value)
  }

  /** Calls the handler when all inputs are known, or responds to invalid input. */
  #finish(
    request: AnyRequest,
    { values, issues }: GatheredInputs,
    layered: MergedSettings | undefined,
  ): Answer | Promise<Answer> {
    if (issues.length > 0) return this.#refuse(request, issues, layered)
    const replies = this.#within(layered)
    const returned = this.#handler(values)
    if (!isThenable(returned)) return replies.answer(returned)
    return Promise.resolve(returned).then((value) => replies.answer(value))
  }

  #refuse(
    request: AnyRequest,
    issues: GatheredInputs['issues'],
    layered: MergedSettings | undefined,
  ): Answer | Promise<Answer> {
    const status = this.#contract.status ?? layered?.status ?? 422
    const error = new ValidationError(issues, { status })
    if (this.#onInvalid === undefined) throw error
    return this.#onInvalid(error, request as Request)
  }

  /** Returns the replies of a layer. They are made once, because that reads schemas; the last ones are kept. */
  #within(layered: MergedSettings | undefined): Replies {
    if (layered === this.#lastLayer) return this.#lastReplies
    this.#lastReplies = layered === undefined ? this.#replies : this.#repliesOf(layered)
    this.#lastLayer = layered
    return this.#lastReplies
  }

  #repliesOf(layered: MergedSettings): Replies {
    const known = this.#byLayer.get(layered)
    if (known !== undefined) return known
    const replies = new Replies(this.#where, this.#contract, layered)
    this.#byLayer.set(layered, replies)
    return replies
  }
}
