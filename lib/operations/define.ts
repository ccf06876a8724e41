/** Makes an operation from a contract and a handler, and checks both at definition. */

import { check, checkFunction, invalid } from '../internal/checks.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import { CONTRACT_KEYS, type Contract } from './contract.ts'
import { type AnyOperationHandler, Plan } from './run.ts'
import { assertSchema } from './schemas.ts'
import type { Input, Operation, Result } from './types.ts'

/**
 * Returns a handler with a contract: its inputs, its responses, and its documentation.
 *
 * The inputs are validated before the handler is called, and their schemas give their types. All issues
 * are reported at once, as a problem document with 422. TypeScript checks the types of replies; the
 * schema of their status validates them and removes unknown members. An operation can be used wherever
 * a `Route` takes a handler, and can be called with any `Request`. Schemas of zod, valibot, arktype, and
 * of any other library that follows Standard Schema are accepted.
 *
 * @throws TypeError if a key of the contract is unknown, or if a schema, a dependency or a response is
 * invalid.
 * @example
 * Route('/users/{id:int}', {
 *   get: operation(
 *     {
 *       query: z.object({ full: z.boolean().default(false) }),
 *       responses: { 200: z.object({ id: z.int() }), 404: Problem },
 *     },
 *     async ({ params, query }) =>
 *       params.id === 7 ? reply(200, { id: params.id }) : reply(404, { title: 'No such user' }),
 *   ),
 * })
 */
export function operation<
  Params = Record<string, unknown>,
  State = Record<string, unknown>,
  const C extends Contract = Contract,
  const Returned extends Result<C> = Result<C>,
>(
  contract: C,
  handler: (input: Input<Params, State, C>) => Returned | Promise<Returned>,
): Operation<Params, State, C> {
  knownOptions<Contract, typeof CONTRACT_KEYS>('operation', contract, CONTRACT_KEYS)
  const where = nameOf(contract, handler)
  assertHandler(where, handler)
  assertContract(where, contract)
  const plan = new Plan(where, contract, handler as AnyOperationHandler)
  const answer = (request: Parameters<Plan['answer']>[0]) =>
    plan.answer(request, request.scope.settings)
  Object.defineProperty(answer, 'name', { value: handler.name })
  return Object.assign(answer, { contract }) as Operation<Params, State, C>
}

function nameOf({ operationId, summary }: Contract, handler: unknown): string {
  const named = typeof handler === 'function' && handler.name !== '' ? handler.name : undefined
  const name = operationId ?? named ?? summary
  return name === undefined ? 'operation' : `operation "${name}"`
}

function assertHandler(where: string, handler: unknown): void {
  const isFunction = typeof handler === 'function'
  check(
    where,
    isFunction,
    'the handler must be a function',
    handler,
    'Write async (input) => reply(200, body)',
  )
  if ('contract' in (handler as object)) {
    const what = 'the handler must be a plain function'
    throw invalid(where, what, handler, 'An operation has one contract: put both into one')
  }
}

const SOURCES = ['params', 'query', 'headers', 'cookies'] as const

/** The names of the inputs, which dependencies in `use` must not have. */
const TAKEN = ['request', 'body', ...SOURCES]

function assertContract(where: string, contract: Contract): void {
  for (const key of SOURCES) {
    if (contract[key] !== undefined) assertSchema(where, key, contract[key])
  }
  for (const [name, dependency] of Object.entries(contract.use ?? {})) {
    const named = `${where}: use.${name}`
    check(
      named,
      isResolvable(dependency),
      'it must be a dependency',
      dependency,
      'Write dependency(find)',
    )
    const isFree = !TAKEN.includes(name)
    check(
      where,
      isFree,
      'a dependency cannot have the name of an input',
      name,
      'Choose another name',
    )
  }
  const guards: unknown = contract.guards ?? []
  const areGuards = Array.isArray(guards) && guards.every(isResolvable)
  check(
    where,
    areGuards,
    'guards must be a list of dependencies',
    guards,
    'Write guards: [dependency(find)]',
  )
  const { status, onInvalid } = contract
  const isStatus = status === undefined || status === 400 || status === 422
  check(where, isStatus, 'status must be 400 or 422', status, 'Leave it out for 422')
  checkFunction(where, 'onInvalid', onInvalid, 'Write (error, request) => response')
}

function isResolvable(value: unknown): boolean {
  const isThing = (typeof value === 'object' && value !== null) || typeof value === 'function'
  return isThing && typeof Reflect.get(value as object, 'of') === 'function'
}
