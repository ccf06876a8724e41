/** Loads what uses the file system with the first large file: most forms need none. */
import type * as spool from './spool.ts'

/** Makes a temporary file; undefined in runtimes that have none, where all files stay in memory. */
export const makeSpool: ((directory: string | undefined) => Promise<spool.Spool>) | undefined =
  async (directory) => {
    const { Spool } = await import('./spool.ts')
    return new Spool(directory)
  }

export const save: typeof spool.save = async (...given) => {
  const { save } = await import('./spool.ts')
  return save(...given)
}
