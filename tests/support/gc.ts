// Collects garbage on demand, without a flag on the command line.
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')

export const collectGarbage: () => void = runInNewContext('gc')

/** Whether the buffers that are held come below a size; what is free is not freed all at once. */
export async function buffersComeBelow(size: number): Promise<boolean> {
  for (let round = 0; round < 100; round++) {
    collectGarbage()
    if (process.memoryUsage().arrayBuffers < size) return true
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  return false
}
