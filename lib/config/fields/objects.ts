import * as z from 'zod';
import { isObject } from '../../text/json-value';
import { quote } from './messages';
import { addIssue, delegate } from './readings';
import { suggestion } from './suggestions';

/** An object of these properties and no others. `expected` (`write …`) is for what is no object at all. */
export function objectOf<Shape extends z.ZodRawShape>(
  expected: string,
  shape: Shape,
): z.ZodType<z.infer<z.ZodObject<Shape>>> {
  const object: z.ZodType<z.infer<z.ZodObject<Shape>>> = z.object(shape);
  return z.unknown().transform((value, { issues }) => {
    if (!isObject(value)) {
      addIssue(issues, [], `${quote(value)} is not an object; ${expected}`);
      return z.NEVER;
    }
    for (const name of Object.keys(value)) {
      if (Object.hasOwn(shape, name)) continue;
      addIssue(issues, [name], `no such property; ${suggestion(name, Object.keys(shape))}`);
    }
    return delegate(object, value, issues);
  });
}
