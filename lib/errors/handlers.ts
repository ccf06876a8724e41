/** Turns thrown errors into answers: a table of handlers, and what answers by it. */
export { answerException } from './answer.ts'
export {
  type ErrorClass,
  type ErrorKey,
  type ExceptionAnswer,
  type ExceptionHandler,
  type ExceptionHandlerEntries,
  type ExceptionHandlerEntry,
  ExceptionHandlers,
  type ExceptionHandlersOptions,
  handlersOf,
  type ThrownBy,
} from './table.ts'
