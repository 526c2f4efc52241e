import { fieldsOf, type Action } from '@receptorjs/receptor-config';

/** Which types of work fail whatever is submitted, for their login is to come with a submission and may not: one sentence each. */
export function impossibleLogins(actions: readonly Action[]): string[] {
  return fieldsOf(actions, 'work-kubernetes')
    .filter(({ authmethod, allowruntimeauth }) => authmethod === 'runtime' && !allowruntimeauth)
    .map(
      ({ worktype }) =>
        `work-kubernetes ${worktype}: all submissions fail, for authmethod runtime takes the kubeconfig of a submission, which allowruntimeauth=true would allow`,
    );
}
