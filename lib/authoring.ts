/**
 * Functions for authors of middleware: they answer errors, observe exchanges, run code after an app, and
 * change scopes and messages. Applications do not need them.
 */

export { type Sender, senderOf } from './authentication/origins.ts'
export { changeStart, type StartChange } from './authoring/changestart.ts'
export {
  type AnyRequest,
  type HTTPMiddlewareHandler,
  httpMiddleware,
  type Next,
} from './authoring/httpmiddleware.ts'
export { mapResponseStart, type ResponseStartChange } from './authoring/mapresponsestart.ts'
export { mapScope, type ScopeMapper } from './authoring/mapscope.ts'
export { type Outcome, observe, routeTemplate } from './authoring/observation.ts'
export { type Refused, type Refusing, refusing } from './authoring/refusing.ts'
export { type ScopePredicate, when } from './authoring/when.ts'
export { answerInstead } from './errors/answerinstead.ts'
export { errorBoundary } from './errors/boundary.ts'
export {
  answerException,
  type ErrorClass,
  type ErrorKey,
  type ExceptionAnswer,
  type ExceptionHandler,
  type ExceptionHandlerEntries,
  type ExceptionHandlerEntry,
  ExceptionHandlers,
  type ThrownBy,
} from './errors/handlers.ts'
export { chain } from './internal/apps.ts'
export { runCatching, runFinally } from './internal/run.ts'
export { type ExceptOptions, except } from './routing/except.ts'
