/** Reads the weights in fields of content negotiation (RFC 9110 section 12.4.2). */

const WEIGHT = /^[ \t]*q=(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)[ \t]*$/i

/** Reads a weight such as `q=0.5`. Returns 0 for an invalid weight. */
export function readWeight(text: string): number {
  return Number(WEIGHT.exec(text)?.[1] ?? 0)
}

/** Returns the weight among parameters such as `;level=1;q=0.5`, or 1 if it is missing. */
export function weightOf(params: string): number {
  const weight = params.split(';').find((param) => /^[ \t]*q[ \t]*=/i.test(param))
  return weight === undefined ? 1 : readWeight(weight)
}
