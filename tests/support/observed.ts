// Observes an app as lint() does, with a server made of a few lines.
import { httpProtocol } from '../../lib/testing/lint/http.ts'
import { observe } from '../../lib/testing/lint/observe.ts'
import {
  type App,
  type HTTPScope,
  type ReceiveMessage,
  SENT,
  type Send,
  type SendMessage,
} from '../../lib/types.ts'
import { httpScope, receiving } from './scopes.ts'

export const start = (): SendMessage => ({
  type: 'http.response.start',
  status: 200,
  headers: [],
})
export const body = (moreBody = false): SendMessage => ({ type: 'http.response.body', moreBody })
export const REQUEST: ReceiveMessage = {
  type: 'http.request',
  body: new Uint8Array(0),
  moreBody: false,
}

export interface Server {
  send?: Send
  messages?: ReceiveMessage[]
  scope?: HTTPScope
}

/** Observes an app; what it is given may break the types, as programs in JavaScript do. */
export function run(
  app: App,
  { send, messages = [REQUEST], scope = httpScope() }: Server = {},
): Promise<void> {
  const accepting: Send = () => SENT
  return observe(httpProtocol(scope), app, scope, receiving(messages), send ?? accepting)
}

/** What a promise rejects with; undefined when it resolves. */
export function errorOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  )
}
