/** The types of the inputs and results of a handler, derived from its contract. */
import type { Request } from '../requests.ts'
import type { Answer } from '../routing/endpoint.ts'
import type { AnySchema, SchemaOutput } from '../types/schemas.ts'
import type { BodyOutput } from './bodies.ts'
import type { Contract, Resolvable } from './contract.ts'
import type { Reply } from './reply.ts'
import type { ReplyBody } from './responses.ts'

/** It is an interface because the compiler computes the types of its members only where they are read. */
interface Common<Params, State, C> {
  readonly request: Request<Params, State>
  /** The path parameters, with the types of the schema or, without one, of their convertors. */
  readonly params: C extends { readonly params: infer Given extends AnySchema }
    ? SchemaOutput<Given>
    : Params
}

/** The declared inputs, with the output types of their schemas. */
type Declared<C> = {
  readonly [Source in keyof C & ('query' | 'headers' | 'cookies' | 'body')]: BodyOutput<C[Source]>
}

/** The values of dependencies. */
type Found<Used> = {
  readonly [Name in keyof Used]: Used[Name] extends Resolvable<infer Value> ? Awaited<Value> : never
}

/** The input of a handler: the request, all validated inputs, and the values of its dependencies. */
export type Input<Params, State, C extends Contract> = Common<Params, State, C> &
  Declared<C> &
  Found<C['use']>

type SuccessStatus = 200 | 201 | 202 | 203 | 204 | 205 | 206 | 207 | 208 | 226

/** The body of the only success status, which may be returned without `reply`; nothing if it is `null`. */
// biome-ignore lint/suspicious/noConfusingVoidType: the type of a function without a return
type OnlyBody<Body> = [Body] extends [null | undefined] ? null | undefined | void : Body

/** The values that a handler may return for a status: a reply or, for the only success status, its body. */
type Returned<Status, Given, All> = Status extends number
  ?
      | Reply<Status, ReplyBody<Given>>
      | (Status extends SuccessStatus
          ? [All & SuccessStatus] extends [Status]
            ? OnlyBody<ReplyBody<Given>>
            : never
          : never)
  : Reply<number, ReplyBody<Given>>

/** The values that a handler may return: a response, an app, or a reply that its contract declares. */
export type Result<C extends Contract> = C extends { readonly responses: infer Given }
  ? Answer | { [Status in keyof Given]: Returned<Status, Given[Status], keyof Given> }[keyof Given]
  : Answer | Reply

/** A handler with its contract. It can be used wherever a route takes a handler. */
export interface Operation<Params, State, C extends Contract> {
  (request: Request<Params, State>): Answer | Promise<Answer>
  readonly contract: C
}

/** An operation of any kind. */
// biome-ignore lint/suspicious/noExplicitAny: it stands for any parameters and any state
export type AnyOperation = Operation<any, any, Contract>
