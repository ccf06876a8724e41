/** The types of requests and responses that a route infers from its handlers. */

/** The parts of a contract that describe the request and the responses. */
type Sent = 'params' | 'query' | 'headers' | 'body' | 'responses'

/** Those parts of an operation's contract; `unknown` for a plain handler. */
type ContractOf<Given> = Given extends { readonly contract: infer Contract }
  ? { readonly [Key in keyof Contract & Sent]: Contract[Key] }
  : unknown

/** The contracts of a handler, or of a method table, by method. */
export type ServedBy<Given, Method extends string> =
  // Nothing can be inferred from a value whose type is `Handler`.
  [Given] extends [never]
    ? Alone<unknown, Method>
    : Given extends (...given: never) => unknown
      ? Alone<ContractOf<Given>, Method>
      : InTable<Given>

type Alone<Contract, Method extends string> = {
  readonly [Name in Method as Uppercase<Name>]: Contract
}

type InTable<Table> = {
  readonly [Name in keyof Table as Uppercase<Name & string>]: ContractOf<Table[Name]>
}

type TableMethod = 'get' | 'head' | 'post' | 'put' | 'patch' | 'delete' | 'options'

/** Forbids other keys in a method table. The compiler does not check this if it infers the table's type. */
export type Exact<Given> = Given extends (...given: never) => unknown
  ? unknown
  : { readonly [Key in Exclude<keyof Given, TableMethod>]: never }
