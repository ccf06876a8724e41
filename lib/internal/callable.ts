/** Apps with readable properties. */
import type { App } from '../types.ts'

/**
 * Adds properties to a function, even `name`, which assignment cannot set. Getters stay getters, so that
 * their values are read live.
 */
export function callable<Shape extends App>(app: App, properties: Omit<Shape, never>): Shape {
  Object.defineProperties(app, Object.getOwnPropertyDescriptors(properties))
  // The shape is built property by property, which the compiler cannot follow.
  return app as Shape
}
