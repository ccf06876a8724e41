/**
 * How often properties are tried. Each run of the tests tries other cases, so that few are enough for
 * most; `STELLULA_RUNS=10` tries ten times as many, for a search that may last.
 */
const TIMES = Number(process.env['STELLULA_RUNS'] ?? 1)

export function runs(usual: number): number {
  return Math.ceil(usual * TIMES)
}
