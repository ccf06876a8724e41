/** Limits the request body that a fetch handler reads, as `Request` does. */
import { DEFAULT_MAX_BODY_SIZE, intactReceive } from '../../body.ts'
import { HTTPException } from '../../exceptions.ts'
import { contentLength } from '../../http/headers.ts'
import type { HTTPScope, Receive, ReceiveMessage } from '../../types.ts'

/** Passes the messages of a body, up to the limit in its scope. After that, reading fails with 413. */
export class LimitedBody {
  readonly #source: Receive
  readonly #declared: number
  readonly #maxSize: number
  #size = 0
  #refusal: HTTPException | undefined

  constructor(scope: HTTPScope, receive: Receive) {
    this.#source = intactReceive(receive)
    this.#declared = contentLength(scope.headers) ?? 0
    this.#maxSize = scope.maxBodySize ?? DEFAULT_MAX_BODY_SIZE
  }

  /** The answer to a body that is too large; undefined until the limit is exceeded. */
  get refusal(): HTTPException | undefined {
    return this.#refusal
  }

  /** @throws HTTPException 413 beyond the limit, before anything is read if the length is declared. */
  readonly receive: Receive = async () => {
    if (this.#declared > this.#maxSize) throw this.#refuse()
    const message = await this.#source()
    this.#size += sizeOf(message)
    if (this.#size > this.#maxSize) throw this.#refuse()
    return message
  }

  #refuse(): HTTPException {
    this.#refusal ??= new HTTPException(
      413,
      `The request body is larger than ${this.#maxSize} bytes.`,
    )
    return this.#refusal
  }
}

function sizeOf(message: ReceiveMessage): number {
  return message.type === 'http.request' ? message.body.byteLength : 0
}
