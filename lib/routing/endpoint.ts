/** Calls a handler for a request, and sends what it returns or throws. */

import { handleWithin } from '#layers'
import type { PathParams } from '../convertors/params.ts'
import { errorBoundary } from '../errors/boundary.ts'
import { answerException } from '../errors/handlers.ts'
import { UnsupportedProtocol } from '../exceptions.ts'
import { closeAfter, owns } from '../internal/run.ts'
import { Request } from '../requests.ts'
import { type AnyResponse, Response, toApp } from '../responses/response.ts'
import { type App, SENT } from '../types.ts'

/** What a handler may return: a response, or an app that answers in its place. */
export type Answer = AnyResponse | App

/**
 * Answers a request: `(request) => new PlainTextResponse('hello')`, async or not.
 *
 * What it throws is answered by the application's exception handlers.
 */
export type Handler<Path extends string = string, State = Record<string, unknown>> = {
  // As a method, since those compare their parameters both ways: a handler may name the parameters
  // of a mount or host around it, `(request: Request<{ tenant: string }>) => …`.
  answer(request: Request<PathParams<Path>, State>): Answer | Promise<Answer>
}['answer']

/** A request that any handler can be given, whatever its path and state. */
type HandlerRequest = Request<never, never>

/** A handler of any path, whatever state it reads. */
export type AnyHandler = Handler<never, never>

/**
 * The app around a handler. Nothing here is async: a handler that answers at once costs no promise.
 *
 * @param where The route, for the message about a handler that returns something else.
 */
export function endpoint(handler: AnyHandler, where: string): App {
  return (scope, receive, send) => {
    if (scope.type !== 'http') return Promise.reject(new UnsupportedProtocol(scope.type))
    const request = new Request<never, never>(scope, receive, send)
    request.handling(true)
    owns(scope, request)
    let answer: Answer | Promise<Answer>
    try {
      const { settings } = scope
      const isPlain = settings?.guards === undefined && settings?.mapResponse === undefined
      answer = isPlain ? handler(request) : handleWithin(settings, handler, request)
    } catch (error) {
      return failed(error, request)
    }
    if (!isPromise(answer)) return answered(answer, where, request)
    return answer.then(
      (value) => {
        const sent = answered(value, where, request)
        // A promise that is returned here is waited for, which takes turns even when it is settled.
        return sent === SENT ? undefined : sent
      },
      (error) => failed(error, request),
    )
  }
}

/** Sends the answer, unless a dependency that is closed before it fails. */
function answered(answer: unknown, where: string, request: HandlerRequest): Promise<void> {
  const ended = request.scope.outcome?.dependencies?.endHandler()
  if (ended === undefined) return closing(request, deliver(answer, where, request))
  return ended.then((failure) =>
    closing(
      request,
      failure === undefined ? deliver(answer, where, request) : sorry(failure.error, request),
    ),
  )
}

function failed(error: unknown, request: HandlerRequest): Promise<void> {
  const ended = request.scope.outcome?.dependencies?.endHandler({ error })
  if (ended === undefined) return closing(request, sorry(error, request))
  return ended.then((failure = { error }) => closing(request, sorry(failure.error, request)))
}

function sorry(error: unknown, request: HandlerRequest): Promise<void> {
  const { scope, receive, send } = request
  request.handling(false)
  return answerException(error, scope, receive, send, request)
}

/** Ends the request once its answer is sent, background work included: files of a form go then. */
function closing(request: HandlerRequest, done: Promise<void>): Promise<void> {
  const closed = done === SENT ? request.close() : done.finally(() => request.close())
  const { scope } = request
  return scope.outcome?.owner === request ? closeAfter(closed, scope) : closed
}

function isPromise(answer: Answer | Promise<Answer>): answer is Promise<Answer> {
  return typeof answer === 'object' && answer !== null && 'then' in answer
}

/** An error from here on is no longer the handler's to answer: something may have been sent. */
function deliver(answer: unknown, where: string, request: HandlerRequest): Promise<void> {
  const { scope, receive, send } = request
  request.handling(false)
  if (answer instanceof Response) return answer.respond(scope, receive, send)
  try {
    return errorBoundary(toApp(answer, `${where}: the handler`))(scope, request.rest, send)
  } catch (error) {
    return Promise.reject(error)
  }
}
