/** The header fields of a request or a websocket, for reading. */
import { Headers } from './headers.ts'

/** A change of these fields would reach neither the scope nor an app behind; so it throws. */
export class RequestHeaders extends Headers {
  override set(): never {
    throw readOnly('set')
  }

  override setDefault(): never {
    throw readOnly('setDefault')
  }

  override append(): never {
    throw readOnly('append')
  }

  override delete(): never {
    throw readOnly('delete')
  }

  override vary(): never {
    throw readOnly('vary')
  }
}

function readOnly(method: string): TypeError {
  return new TypeError(
    `request.headers: the fields of a request are read-only, ${method}() was called. Change what apps behind see by mapScope((scope) => ({ ...scope, headers })), or a copy of your own, Headers.from(request.headers).`,
  )
}
