/** Calls the guards of layers before a handler, and changes its response. */
import { Connection } from '../connections.ts'
import { closeAfter, owns } from '../internal/run.ts'
import { Request } from '../requests.ts'
import { Response } from '../responses/response.ts'
import type {
  App,
  HTTPScope,
  MergedSettings,
  Receive,
  Scope,
  Send,
  WebSocketScope,
} from '../types.ts'
import { withoutGuards } from './merged.ts'

type AnyRequest = Request<never, never>

/** Calls the handler of a request within the settings around it. */
export async function handleWithin<Answer>(
  settings: MergedSettings,
  handler: (request: AnyRequest) => Answer | Promise<Answer>,
  request: AnyRequest,
): Promise<Answer> {
  await callGuards(settings, request)
  let answer: Answer = await handler(request)
  const { mapResponse = [] } = settings
  for (let index = mapResponse.length - 1; index >= 0; index--) {
    // The response of an app is not known before it runs.
    if (!(answer instanceof Response)) break
    answer = (await mapResponse[index]?.(answer as never, request as never)) as Answer
  }
  return answer
}

/** Calls the guards, one after the other, and throws their first error. */
export async function callGuards(
  { guards = [] }: MergedSettings,
  connection: Connection<never, never>,
): Promise<void> {
  for (const guard of guards) await guard.of(connection as never)
}

/** Calls the guards, and then an app that does not support layers, such as one of another framework. */
export function callBehindGuards(
  app: App,
  settings: MergedSettings,
  scope: HTTPScope | WebSocketScope,
  receive: Receive,
  send: Send,
): Promise<void> {
  scope.outcome ??= {}
  // The app gets a copy, because the guards must still be called if the scope is given to another app.
  const inner = { ...scope, settings: withoutGuards(settings) }
  const isOwner = owns(scope, settings)
  const done =
    scope.type === 'http'
      ? callRequestBehindGuards(app, settings, scope, inner, receive, send)
      : // The class WebSocket is not used, because programs without websockets would have to load it.
        callGuards(settings, new Connection<never, never>(scope)).then(() =>
          app(inner, receive, send),
        )
  return isOwner ? closeAfter(done, scope) : done
}

async function callRequestBehindGuards(
  app: App,
  settings: MergedSettings,
  scope: HTTPScope,
  inner: Scope,
  receive: Receive,
  send: Send,
): Promise<void> {
  const request = new Request<never, never>(scope, receive, send)
  try {
    await callGuards(settings, request)
    await app(inner, request.rest, send)
  } finally {
    await request.close()
  }
}
