/** Refuses unknown options, which TypeScript reports and JavaScript does not. */
import { invalid } from './checks.ts'
import { nearest } from './nearest.ts'

type Words<Text extends string> = Text extends `${infer Word} ${infer Rest}`
  ? Word | Words<Rest>
  : Text

/** A text of exactly the option names, or else a type that shows the missing or unknown name. */
type NamesOf<Options, Text extends string> = [Words<Text>] extends [keyof Options]
  ? [keyof Options] extends [Words<Text>]
    ? Text
    : { readonly missing: Exclude<keyof Options, Words<Text>> }
  : { readonly unknown: Exclude<Words<Text>, keyof Options> }

const KNOWN = new Map<string, ReadonlySet<string>>()

/**
 * Checks that options are an object without unknown names.
 *
 * @param where The factory or class as users call it.
 * @param names All option names, separated by spaces.
 * @throws TypeError if a name is unknown, as in `cors: unknown option "origin". Did you mean "origins"?`.
 */
export function knownOptions<Options extends object, const Text extends string>(
  where: string,
  options: Options,
  names: NamesOf<Options, Text> & string,
): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    const fix = typeof options === 'function' ? `Call it: ${where}()` : 'Write { name: value }'
    throw invalid(where, 'the options must be an object', options, fix)
  }
  const known = KNOWN.get(names) ?? split(names)
  for (const name in options) if (!known.has(name)) throw unknown(where, name, [...known])
}

function split(names: string): ReadonlySet<string> {
  const known = new Set(names.split(' '))
  KNOWN.set(names, known)
  return known
}

function unknown(where: string, name: string, known: readonly string[]): TypeError {
  // Other frameworks have `security` for documents alone. Here guards check, and documents describe them.
  const hasGuards = name === 'security' && known.includes('guards')
  const near = hasGuards ? 'guards' : nearest(name, known)
  const hint =
    near === undefined ? `Known options are ${known.join(', ')}.` : `Did you mean "${near}"?`
  return new TypeError(`${where}: unknown option ${JSON.stringify(name)}. ${hint}`)
}
