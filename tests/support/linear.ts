// Shows that work grows with its input and not with the input's square, on a machine that is noisy.
import type { Test } from 'tap'

const SMALLEST = 16
const LARGEST = 64 * 1024
/** Milliseconds below which a measurement is more noise than work. */
const FLOOR = 2
const RUNS = 3
const ATTEMPTS = 5

/**
 * Doubles the input up to 64 K and fails where twice the input takes three times as long.
 *
 * Each time is the least of several runs, times under 2 ms are not judged, a doubling is suspect
 * only when it is so in every attempt, and it takes three in a row: one or two are where memory
 * becomes dearer. Quadratic work shows at a few thousand characters already, so that a failing
 * test ends soon.
 *
 * @param makeInput The worst input of about this size, if it is a text: of so many characters.
 */
export function assertLinear<Input>(
  t: Test,
  makeInput: (size: number) => Input,
  run: (input: Input) => void,
): void {
  let suspects = 0
  for (let size = SMALLEST; size < LARGEST || suspects > 0; size *= 2) {
    const ratio = growth(makeInput(size), makeInput(2 * size), run)
    suspects = ratio >= 3 ? suspects + 1 : 0
    if (suspects === 3) {
      t.fail(`${2 * size} characters take ${ratio.toFixed(1)} times as long as ${size}`)
      return
    }
  }
  t.pass(`linear up to ${LARGEST} characters`)
}

function growth<Input>(input: Input, twice: Input, run: (input: Input) => void): number {
  let least = Number.POSITIVE_INFINITY
  for (let attempt = 0; attempt < ATTEMPTS && least >= 3; attempt++) {
    const long = fastest(twice, run)
    if (long <= FLOOR) return 1
    least = Math.min(least, long / fastest(input, run))
  }
  return least
}

function fastest<Input>(input: Input, run: (input: Input) => void): number {
  let least = Number.POSITIVE_INFINITY
  for (let index = 0; index < RUNS; index++) {
    const start = busy()
    run(input)
    least = Math.min(least, busy() - start)
  }
  return least
}

/** Milliseconds that this process has worked; what others do on the machine does not count. */
export function busy(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}
