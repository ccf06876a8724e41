/** What layers do where a handler is called: guards before it, and changes of its response. */
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
  await pass(settings, request)
  let answer: Answer = await handler(request)
  const { mapResponse = [] } = settings
  for (let index = mapResponse.length - 1; index >= 0; index--) {
    // What an app answers is not known before it runs.
    if (!(answer instanceof Response)) break
    answer = (await mapResponse[index]?.(answer as never, request as never)) as Answer
  }
  return answer
}

/** Asks the guards, one after the other; throws what the first of them throws. */
export async function pass(
  { guards = [] }: MergedSettings,
  connection: Connection<never, never>,
): Promise<void> {
  for (const guard of guards) await guard.of(connection as never)
}

/** Calls an app that knows nothing of layers, such as one of another framework, behind the guards. */
export function passTo(
  app: App,
  settings: MergedSettings,
  scope: HTTPScope | WebSocketScope,
  receive: Receive,
  send: Send,
): Promise<void> {
  scope.outcome ??= {}
  // A copy, since the guards are still to be asked if the scope is given to another app.
  const inner = { ...scope, settings: withoutGuards(settings) }
  const isOwner = owns(scope, settings)
  const done =
    scope.type === 'http'
      ? passedRequest(app, settings, scope, inner, receive, send)
      : // No WebSocket, which programs without websockets would have to contain.
        pass(settings, new Connection<never, never>(scope)).then(() => app(inner, receive, send))
  return isOwner ? closeAfter(done, scope) : done
}

async function passedRequest(
  app: App,
  settings: MergedSettings,
  scope: HTTPScope,
  inner: Scope,
  receive: Receive,
  send: Send,
): Promise<void> {
  const request = new Request<never, never>(scope, receive, send)
  try {
    await pass(settings, request)
    await app(inner, request.rest, send)
  } finally {
    await request.close()
  }
}
