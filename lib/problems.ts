/** Problem documents (RFC 9457): errors that machines can read. */

export {
  type Issue,
  type IssueInit,
  type IssueSource,
  jsonPointer,
} from './exceptions/issues.ts'
export { Problem, type ProblemInit, type ProblemOptions } from './exceptions/problem.ts'
export { PROBLEM_TYPE, type ProblemDocument } from './exceptions/problemdocument.ts'
export { ValidationError, type ValidationErrorOptions } from './exceptions/validation.ts'
export {
  type ProblemDetailsOptions,
  type ProblemHandlers,
  problemDetails,
  problemResponse,
} from './problems/details.ts'
export type { ProblemType, ProblemTypeEntry } from './problems/document.ts'
