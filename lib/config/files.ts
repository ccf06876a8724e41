/** Reads `.env` files in Node's own format. */
import { readFileSync } from 'node:fs'
import util from 'node:util'

/**
 * The variables of a file: lines `NAME=value`, `#` comments, values in quotes. For a missing file there are
 * none, and the process emits a warning.
 *
 * @throws Error in Node before 20.12, which cannot parse such files.
 */
export function variablesIn(file: string | URL): Readonly<Record<string, string | undefined>> {
  if (typeof util.parseEnv !== 'function') {
    throw new Error(
      `Config: files are read by parseEnv of node:util, which this runtime does not have. Use Node 20.12 or newer, or pass values.`,
    )
  }
  const text = textOf(file)
  return text === undefined ? {} : repairNames(util.parseEnv(text.replace(/^\ufeff/, '')))
}

/** Repairs names: some versions of Node add a line without `=` to the next name. */
function repairNames(values: NodeJS.Dict<string>): Readonly<Record<string, string | undefined>> {
  const entries = Object.entries(values).map(([name, value]) => {
    const last = name.slice(name.lastIndexOf('\n') + 1)
    return [last.replace(/^export\s+/, ''), value] as const
  })
  return Object.fromEntries(entries)
}

function textOf(file: string | URL): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    process.emitWarning(`Config file ${JSON.stringify(String(file))} not found.`)
    return undefined
  }
}
