// The report of public declarations: how statements are found in the text of declarations.
import t from 'tap'
import { apiReport } from '../support/apireport.ts'
import { readDeclarations, statementsOf } from '../support/statements.ts'

t.test('declarations are split at the margin, without comments', async (t) => {
  const source = `/** A. */
export interface A {
    /** Not "this". */
    url: 'http://a/*b*/';
}
// B
export declare const B = 1;`

  t.same(statementsOf(source), [
    "export interface A {\n    url: 'http://a/*b*/';\n}",
    'export declare const B = 1;',
  ])
})

t.test('declarations, imports and exports are distinguished', async (t) => {
  const source = `import { type A, B as C } from './b.js';
export * from './c.js';
export { D, type E as F } from './d.js';
interface G {
}
export declare function H(one: 1): void;
export declare function H(two: 2): void;
export { G };`

  const { declared, imported, exported } = readDeclarations(source, 'a', (name) => name)

  t.same([...declared.keys()], ['G', 'H'])
  t.equal(declared.get('H')?.length, 2)
  t.same(
    [...imported],
    [
      ['A', { file: './b.js', there: 'A' }],
      ['C', { file: './b.js', there: 'B' }],
    ],
  )
  t.same(
    [...exported],
    [
      ['*./c.js', { file: './c.js', there: '*' }],
      ['D', { file: './d.js', there: 'D' }],
      ['F', { file: './d.js', there: 'E' }],
      ['H', { file: 'a', there: 'H' }],
      ['G', { file: 'a', there: 'G' }],
    ],
  )
})

t.test('the spaces between words and signs may be missing, as in the package', async (t) => {
  const source = `import type{A,type B as C}from'./b.js'
export type{D}from'./d.js'
export{E as F}from'./e.js'`

  const { imported, exported } = readDeclarations(source, 'a', (name) => name)

  t.same([...imported.keys()], ['A', 'C'])
  t.same(
    [...exported],
    [
      ['D', { file: './d.js', there: 'D' }],
      ['F', { file: './e.js', there: 'E' }],
    ],
  )
})

t.test(
  'the report lists exports where they are found first, and the other types that they use apart',
  async (t) => {
    const [above = '', behind = ''] = apiReport().split('## Exported nowhere')

    t.match(above, /## stellula\/routing\n[\s\S]*function Route<const Path extends string/)
    t.match(above, "export { Route } from 'stellula/routing'")
    t.match(behind, 'interface Entry ')
    t.notMatch(above, 'interface Entry ')
  },
)
