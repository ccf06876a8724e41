/** Several errors as one. */
import { asText } from '../internal/handled.ts'

/** The error alone, or an AggregateError whose text has those of all. */
export function together(errors: readonly unknown[]): unknown {
  if (errors.length === 1) return errors[0]
  const texts = errors.map(asText).join('; ')
  return new AggregateError(errors, `dependencies: ${errors.length} have failed: ${texts}.`, {
    cause: errors[0],
  })
}
