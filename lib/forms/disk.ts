/** Loads the modules that use the file system with the first large file: most forms do not need them. */
import type * as spool from './spool.ts'

/** Makes a temporary file. Undefined in runtimes without a file system, where all files stay in memory. */
export const makeSpool: ((directory: string | undefined) => Promise<spool.Spool>) | undefined =
  async (directory) => {
    const { Spool } = await import('./spool.ts')
    return new Spool(directory)
  }

export const save: typeof spool.save = async (...given) => {
  const { save } = await import('./spool.ts')
  return save(...given)
}
