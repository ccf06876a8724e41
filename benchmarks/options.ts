// Which measurements are asked for on the command line?

import { parseArgs } from 'node:util'

/** The items named in `list`, separated by commas, or all of them. */
export function choose<Item extends string>(
  option: string,
  list: string | undefined,
  known: readonly Item[],
): Item[] {
  if (list === undefined) return [...known]
  const asked = list.split(',')
  const unknown = asked.filter((name) => !known.some((item) => item === name))
  if (unknown.length > 0) {
    throw new RangeError(
      `--${option}: unknown ${JSON.stringify(unknown)}. Known: ${known.join(', ')}.`,
    )
  }
  return known.filter((item) => asked.includes(item))
}

export function positive(option: string, value: string): number {
  const number = Number(value)
  if (number > 0) return number
  throw new RangeError(`--${option}: a number above zero is needed, but got ${value}.`)
}

export interface RunOptions {
  sets: number
  rounds: number
  seconds: number
  warmup: number
  scenario: string | undefined
  contender: string | undefined
  /** Even what is incomplete or quick. */
  save: boolean
  quick: boolean
}

/** Options of run.ts; `--quick` only changes what the others default to. */
export function runOptions(): RunOptions {
  const { values } = parseArgs({
    options: {
      sets: { type: 'string' },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      warmup: { type: 'string' },
      scenario: { type: 'string' },
      contender: { type: 'string' },
      save: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
    },
  })
  const { scenario, contender, save, quick } = values
  const usual = quick
    ? { sets: '1', rounds: '3', seconds: '0.5', warmup: '1' }
    : { sets: '3', rounds: '3', seconds: '1', warmup: '1.5' }
  return {
    sets: positive('sets', values.sets ?? usual.sets),
    rounds: positive('rounds', values.rounds ?? usual.rounds),
    seconds: positive('seconds', values.seconds ?? usual.seconds),
    warmup: positive('warmup', values.warmup ?? usual.warmup),
    scenario,
    contender,
    save,
    quick,
  }
}
