/** Calls a handler for a request, and sends its result, or the response to its error. */

import { handleWithin } from '#layers'
import type { PathParams } from '../convertors/params.ts'
import { errorBoundary } from '../errors/boundary.ts'
import { answerException } from '../errors/handlers.ts'
import { UnsupportedProtocol } from '../exceptions.ts'
import { closeAfter, owns } from '../internal/run.ts'
import { Request } from '../requests.ts'
import { type AnyResponse, Response, toApp } from '../responses/response.ts'
import { type App, SENT } from '../types.ts'

/** The result of a handler: a response, or an app that answers instead. */
export type Answer = AnyResponse | App

/**
 * Answers a request: `(request) => new PlainTextResponse('hello')`, async or not.
 *
 * The application's exception handlers answer the errors that it throws.
 */
export type Handler<Path extends string = string, State = Record<string, unknown>> = {
  // Declared as a method because TypeScript compares the parameters of methods in both directions. So a
  // handler may name the parameters of a mount or host around it:
  // `(request: Request<{ tenant: string }>) => …`.
  answer(request: Request<PathParams<Path>, State>): Answer | Promise<Answer>
}['answer']

/** A request that any handler can be given, whatever its path and state. */
type HandlerRequest = Request<never, never>

/** A handler of any path, whatever state it reads. */
export type AnyHandler = Handler<never, never>

/**
 * Makes an app of a handler. No function here is async: a handler that answers at once costs no promise.
 *
 * @param where The route, for the error message if the handler returns anything else.
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
      return sendFailure(error, request)
    }
    if (!isPromise(answer)) return sendAnswer(answer, where, request)
    return answer.then(
      (value) => {
        const sent = sendAnswer(value, where, request)
        // Returning a promise here would take turns of the event loop, even if it is settled.
        return sent === SENT ? undefined : sent
      },
      (error) => sendFailure(error, request),
    )
  }
}

/** Closes the dependencies that must be closed first, then sends the answer, or the error if closing fails. */
function sendAnswer(answer: unknown, where: string, request: HandlerRequest): Promise<void> {
  const ended = request.scope.outcome?.dependencies?.endHandler()
  if (ended === undefined) return closeRequestAfter(request, deliver(answer, where, request))
  return ended.then((failure) =>
    closeRequestAfter(
      request,
      failure === undefined
        ? deliver(answer, where, request)
        : answerFailure(failure.error, request),
    ),
  )
}

function sendFailure(error: unknown, request: HandlerRequest): Promise<void> {
  const ended = request.scope.outcome?.dependencies?.endHandler({ error })
  if (ended === undefined) return closeRequestAfter(request, answerFailure(error, request))
  return ended.then((failure = { error }) =>
    closeRequestAfter(request, answerFailure(failure.error, request)),
  )
}

function answerFailure(error: unknown, request: HandlerRequest): Promise<void> {
  const { scope, receive, send } = request
  request.handling(false)
  return answerException(error, scope, receive, send, request)
}

/**
 * Closes the request after its answer is sent and its background work is done. This deletes the files of a
 * form.
 */
function closeRequestAfter(request: HandlerRequest, done: Promise<void>): Promise<void> {
  const closed = done === SENT ? request.close() : done.finally(() => request.close())
  const { scope } = request
  return scope.outcome?.owner === request ? closeAfter(closed, scope) : closed
}

function isPromise(answer: Answer | Promise<Answer>): answer is Promise<Answer> {
  return typeof answer === 'object' && answer !== null && 'then' in answer
}

/**
 * Sends the answer. Errors from here on are not answered as errors of the handler, because a part of the
 * response may have been sent.
 */
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
