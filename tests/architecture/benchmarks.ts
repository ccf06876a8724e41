// What the benchmarks make of their measurements.
import t from 'tap'
import { isRough } from '../../benchmarks/statistics.ts'
import { roughScenarios, type Window } from '../../benchmarks/tables.ts'

/** Two sets of processes: raw takes 100 µs in both, the others what is given for each set. */
function windows(stellula: readonly number[], peer: readonly number[]): Window[] {
  return [0, 1].flatMap((set) => {
    const measured = { raw: 100, stellula: stellula[set] ?? 0, fastify: peer[set] ?? 0 }
    return Object.entries(measured).map(([contender, cpu]) => {
      return { scenario: 'hello', contender, set, cpu, rate: 1, wrong: 0 }
    })
  })
}

const CONTENDERS = ['raw', 'stellula', 'fastify']

t.test('a result is refused if its sets disagree by more than the effect', async (t) => {
  const cases: readonly [string, readonly number[], readonly number[], readonly string[]][] = [
    ['twice as fast in both sets', [50, 52], [100, 100], []],
    ['twice as fast, and the sets differ by less', [50, 80], [100, 100], []],
    ['a fifth faster, and the sets differ by half', [60, 90], [80, 80], ['hello']],
    ['as fast, and the sets differ a little', [99, 101], [100, 100], []],
    ['slower, and the sets differ by more', [100, 190], [90, 90], ['hello']],
  ]
  for (const [title, stellula, peer, expected] of cases) {
    t.same(roughScenarios(windows(stellula, peer), CONTENDERS), expected, title)
  }
})

t.test('a ratio is refused if its sets disagree by more than it differs from 1', async (t) => {
  t.equal(isRough([1.9, 2.1], 2), false)
  t.equal(isRough([1.1, 2.1], 1.6), true)
  t.equal(isRough([0.4, 0.7], 0.5), false, 'half as fast is as much of a difference')
  t.equal(isRough([0.4, 0.9], 0.6), true)
  t.equal(isRough([0.95, 1.05], 1), false, 'sets disagree a little on a quiet machine too')
  t.equal(isRough([2.1, Number.NaN], 2), false, 'a set that gave nothing')
})
