/** Turns thrown errors into answers: a table of handlers, and what answers by it. */
export { answerException } from './answer.ts'
export {
  type ErrorClass,
  type ExceptionHandler,
  type ExceptionHandlerEntry,
  ExceptionHandlers,
  type ExceptionHandlersOptions,
  handlersOf,
} from './table.ts'
