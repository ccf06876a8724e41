/** What a route remembers, as types, of the handlers that it was given. */

/** The parts of a contract that say what is sent, and what comes back. */
type Sent = 'params' | 'query' | 'headers' | 'body' | 'responses'

/** Those parts of an operation's contract; `unknown` for a plain handler. */
type ContractOf<Given> = Given extends { readonly contract: infer Contract }
  ? { readonly [Key in keyof Contract & Sent]: Contract[Key] }
  : unknown

/** The contracts of a handler, or of a method table, by method. */
export type ServedBy<Given, Method extends string> =
  // Nothing is inferred from what has the type `Handler` itself.
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

/** That a method table has no other keys, which the compiler does not check where it infers the table. */
export type Exact<Given> = Given extends (...given: never) => unknown
  ? unknown
  : { readonly [Key in Exclude<keyof Given, TableMethod>]: never }
