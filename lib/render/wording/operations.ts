import { operationLabel } from '../../detection/operation-table';
import { count } from '../../text/amounts';

/** Maximum number of operations listed. */
const MAX_OPERATIONS = 5;

interface NamedOperation {
  readonly name: string;
  readonly requests: number;
  readonly successes: number;
}

/** `REST.GET.OBJECT 12 (9 succeeded), REST.HEAD.OBJECT 3`: the first `max` operations, in the given order. */
export function operationsText(operations: readonly NamedOperation[], max = MAX_OPERATIONS): string {
  return operations
    .slice(0, max)
    .map(({ name, requests, successes }) =>
      successes === requests
        ? `${operationLabel(name)} ${count(requests)}`
        : `${operationLabel(name)} ${count(requests)} (${count(successes)} succeeded)`,
    )
    .join(', ');
}
