/** The types that flow from a contract into its handler, and back. */
import type { Request } from '../requests.ts'
import type { Answer } from '../routing/endpoint.ts'
import type { AnySchema, SchemaOutput } from '../types/schemas.ts'
import type { BodyOutput } from './bodies.ts'
import type { Contract, Resolvable } from './contract.ts'
import type { Reply } from './reply.ts'
import type { ReplyBody } from './responses.ts'

/** An interface, since the compiler makes the types of its members only where they are read. */
interface Common<Params, State, C> {
  readonly request: Request<Params, State>
  /** The path parameters, by their convertors or the schema. */
  readonly params: C extends { readonly params: infer Given extends AnySchema }
    ? SchemaOutput<Given>
    : Params
}

/** The inputs that the contract declares, as their schemas give them. */
type Declared<C> = {
  readonly [Source in keyof C & ('query' | 'headers' | 'cookies' | 'body')]: BodyOutput<C[Source]>
}

/** The values of dependencies. */
type Found<Used> = {
  readonly [Name in keyof Used]: Used[Name] extends Resolvable<infer Value> ? Awaited<Value> : never
}

/** What a handler is given: the request, all validated inputs, and the values of its dependencies. */
export type Input<Params, State, C extends Contract> = Common<Params, State, C> &
  Declared<C> &
  Found<C['use']>

type SuccessStatus = 200 | 201 | 202 | 203 | 204 | 205 | 206 | 207 | 208 | 226

/** The body of the only success, which may be returned as it is; nothing if its body is `null`. */
// biome-ignore lint/suspicious/noConfusingVoidType: the type of a function without a return
type OnlyBody<Body> = [Body] extends [null | undefined] ? null | undefined | void : Body

/** What a status lets a handler return: a reply and, for the only success of all, its body. */
type Returned<Status, Given, All> = Status extends number
  ?
      | Reply<Status, ReplyBody<Given>>
      | (Status extends SuccessStatus
          ? [All & SuccessStatus] extends [Status]
            ? OnlyBody<ReplyBody<Given>>
            : never
          : never)
  : Reply<number, ReplyBody<Given>>

/** What a handler may return: a response, an app, or what its contract declares. */
export type Result<C extends Contract> = C extends { readonly responses: infer Given }
  ? Answer | { [Status in keyof Given]: Returned<Status, Given[Status], keyof Given> }[keyof Given]
  : Answer | Reply

/** A handler that carries its contract: a route takes it wherever it takes a handler. */
export interface Operation<Params, State, C extends Contract> {
  (request: Request<Params, State>): Answer | Promise<Answer>
  readonly contract: C
}

/** An operation of any kind. */
// biome-ignore lint/suspicious/noExplicitAny: parameters compare both ways
export type AnyOperation = Operation<any, any, Contract>
