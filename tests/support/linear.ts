// Shows that work grows with its input and not with the input's square, on a machine that is noisy.
import type { Test } from 'tap'

const SMALLEST = 16
const LARGEST = 16 * 1024
/** Milliseconds below which a measurement is more noise than work. */
const FLOOR = 2
const ATTEMPTS = 12
/** Twice the input takes twice as long if the work is linear, and four times if it is its square. */
const [CLEARED, SUSPECT] = [2.5, 3]

/**
 * Doubles the input up to 16 K and fails where twice the input takes three times as long.
 *
 * Each time is the least of as many runs as it takes to look linear, times under 2 ms are not judged,
 * a doubling is suspect only when twelve runs do not clear it, and it takes three in a row: one or two
 * are where memory becomes dearer. Quadratic work shows at a few thousand characters already, so that
 * a failing test ends soon.
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
    suspects = ratio >= SUSPECT ? suspects + 1 : 0
    if (suspects === 3) {
      t.fail(`${2 * size} characters take ${ratio.toFixed(1)} times as long as ${size}`)
      return
    }
  }
  t.pass(`linear up to ${LARGEST} characters`)
}

function growth<Input>(input: Input, twice: Input, run: (input: Input) => void): number {
  let [long, short] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    long = Math.min(long, timeOf(twice, run))
    if (long <= FLOOR) return 1
    short = Math.min(short, timeOf(input, run))
    if (long / short < CLEARED) break
  }
  return long / short
}

function timeOf<Input>(input: Input, run: (input: Input) => void): number {
  const start = busy()
  run(input)
  return busy() - start
}

/** Milliseconds that this process has worked; what others do on the machine does not count. */
export function busy(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

/** Whether one of five attempts takes less than so many milliseconds: others on the machine slow some down, not all. */
export async function takesLess(limit: number, run: () => Promise<unknown>): Promise<boolean> {
  for (let attempt = 0; attempt < 5; attempt++) {
    const start = performance.now()
    await run()
    if (performance.now() - start < limit) return true
  }
  return false
}
