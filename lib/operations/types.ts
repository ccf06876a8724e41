/** The types that flow from a contract into its handler, and back. */
import type { Request } from '../requests.ts'
import type { Answer } from '../routing/endpoint.ts'
import type { AnySchema, SchemaOutput } from '../types/schemas.ts'
import type { BodyOutput } from './bodies.ts'
import type { Contract, Resolvable, Responses } from './contract.ts'
import type { Reply } from './reply.ts'
import type { ReplyBody } from './responses.ts'

type ParamsOf<Params, C> = C extends { readonly params: infer Given extends AnySchema }
  ? SchemaOutput<Given>
  : Params

/** What a handler is given: the request, all validated inputs, and the values of its dependencies. */
export type Input<Params, State, C extends Contract> = {
  readonly request: Request<Params, State>
  /** The path parameters, by their convertors or the schema. */
  readonly params: ParamsOf<Params, C>
} & {
  readonly [Source in keyof C & ('query' | 'headers' | 'cookies')]: C[Source] extends AnySchema
    ? SchemaOutput<C[Source]>
    : never
} & (C extends { readonly body: infer Body } ? { readonly body: BodyOutput<Body> } : unknown) &
  (C extends { readonly use: infer Used }
    ? {
        readonly [Name in keyof Used]: Used[Name] extends Resolvable<infer Value>
          ? Awaited<Value>
          : never
      }
    : unknown)

type SuccessStatus = 200 | 201 | 202 | 203 | 204 | 205 | 206 | 207 | 208 | 226

type IsUnion<Type, Whole = Type> = Type extends Type
  ? [Whole] extends [Type]
    ? false
    : true
  : never

/** The body of the only success, which may be returned as it is; nothing if its body is `null`. */
// biome-ignore lint/suspicious/noConfusingVoidType: the type of a function without a return
type OnlyBody<Body> = [Body] extends [null] ? null | undefined | void : Body

type OnlyOf<Declared, Status extends keyof Declared> = [Status] extends [never]
  ? never
  : IsUnion<Status> extends false
    ? OnlyBody<ReplyBody<Declared[Status]>>
    : never

type Only<Declared> = OnlyOf<Declared, keyof Declared & SuccessStatus>

/** One mapped type for all keys, which takes a third less of the compiler than one for each kind. */
type Declared<Declared> = {
  [Status in keyof Declared]-?: Reply<
    Status extends number ? Status : number,
    ReplyBody<Declared[Status]>
  >
}[keyof Declared]

/** What a handler may return: a response, an app, or what its contract declares. */
export type Result<C extends Contract> = C extends {
  readonly responses: infer Given extends Responses
}
  ? Answer | Declared<Given> | Only<Given>
  : Answer | Reply

/** A handler that carries its contract: a route takes it wherever it takes a handler. */
export interface Operation<Params, State, C extends Contract> {
  (request: Request<Params, State>): Answer | Promise<Answer>
  readonly contract: C
}

/** An operation of any kind. */
// biome-ignore lint/suspicious/noExplicitAny: parameters compare both ways
export type AnyOperation = Operation<any, any, Contract>
