// The parameters of a path are read from its literal, in both spellings.
import { PlainTextResponse, Route } from '../../lib/index.ts'
import type { PathParams } from '../../lib/routing.ts'
import type { Assert, Equal } from './assert.ts'

declare module '../../lib/convertors.ts' {
  interface Convertors {
    day: Date
  }
}

type Nothing = Record<never, never>

// biome-ignore format: a table
export type Braces = [
  Assert<Equal<PathParams<'/'>, Nothing>>,
  Assert<Equal<PathParams<'/users'>, Nothing>>,
  Assert<Equal<PathParams<'/users/{name}'>, { name: string }>>,
  Assert<Equal<PathParams<'/users/{name:str}'>, { name: string }>>,
  Assert<Equal<PathParams<'/users/{id:int}'>, { id: number }>>,
  Assert<Equal<PathParams<'/price/{value:float}'>, { value: number }>>,
  Assert<Equal<PathParams<'/things/{key:uuid}'>, { key: string }>>,
  Assert<Equal<PathParams<'/orders/{id:bigint}'>, { id: bigint }>>,
  Assert<Equal<PathParams<'/days/{day:date}'>, { day: string }>>,
  Assert<Equal<PathParams<'/since/{time:datetime}'>, { time: Date }>>,
  Assert<Equal<PathParams<'/files/{rest:path}'>, { rest: string }>>,
  Assert<Equal<PathParams<'/{a}-{b:int}.{c}'>, { a: string; b: number; c: string }>>,
  Assert<Equal<PathParams<'/{x:int}{y}/z/{p:path}/end'>, { x: number; y: string; p: string }>>,
  Assert<Equal<PathParams<'{tenant}.example.org'>, { tenant: string }>>,
  // A colon within a segment is a literal.
  Assert<Equal<PathParams<'/users/me:disable'>, Nothing>>,
  Assert<Equal<PathParams<'/users/{id:int}:disable'>, { id: number }>>,
  // A convertor of one's own, by declaration merging; one that is not declared is unknown.
  Assert<Equal<PathParams<'/log/{date:day}'>, { date: Date }>>,
  Assert<Equal<PathParams<'/log/{date:week}'>, { date: unknown }>>,
]

// biome-ignore format: a table
export type Colons = [
  Assert<Equal<PathParams<'/users/:name'>, { name: string }>>,
  Assert<Equal<PathParams<'/users/:name/posts/:post'>, { name: string; post: string }>>,
  Assert<Equal<PathParams<'/users/:name?'>, { name?: string }>>,
  Assert<Equal<PathParams<'/:a/:b?/*'>, { a: string; b?: string; '*': string }>>,
  Assert<Equal<PathParams<'/static/*'>, { '*': string }>>,
]

// A path that is only known at run time can have any parameters.
// biome-ignore lint/suspicious/noExplicitAny: that is what is tested
export type Unknown = Assert<Equal<PathParams<string>, Record<string, any>>>

export function severalPaths(): void {
  true satisfies Assert<Equal<PathParams<'/posts' | '/posts/{page:int}'>, { page?: number }>>
  true satisfies Assert<
    Equal<PathParams<'/{a}/{b:int}' | '/{a}' | '/:a/:c?'>, { a: string; b?: number; c?: string }>
  >
  Route(['/posts', '/posts/{page:int}'], (request) => {
    request.pathParams.page satisfies number | undefined
    // @ts-expect-error it may be missing
    request.pathParams.page satisfies number
    // @ts-expect-error no path has such a parameter
    request.pathParams.id
    return new PlainTextResponse('ok')
  })
}
