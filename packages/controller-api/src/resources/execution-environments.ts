import { boolean, choice, identity, naming, reference, text } from './fields.js';
import { defineResource, type FieldErrors } from './resource.js';

/** Images that jobs run in. */
export const executionEnvironments = defineResource({
  path: 'execution_environments',
  type: 'execution_environment',
  label: 'Execution Environment',
  fields: {
    ...identity,
    ...naming,
    organization: reference('Organization', 'organizations'),
    image: text('Image location', {
      isRequired: true,
      maxLength: 1024,
      help: 'The full image location, including the container registry, image name, and version tag.',
    }),
    managed: boolean('Managed', { isReadOnly: true }),
    credential: reference('Credential', 'credentials'),
    pull: choice('Pull container image before running', [
      ['', '---------'],
      ['always', 'Always pull container before running.'],
      ['missing', 'Only pull the image if not present before running.'],
      ['never', 'Never pull container before running.'],
    ]),
  },
  search: ['name', 'description', 'image'],
  summary: ['image'],
  unique: [['name']],
  order: 'name',
  can: { create: true, change: true, delete: true },
  check: (values): FieldErrors =>
    typeof values['image'] === 'string' && /^-|\s/.test(values['image'])
      ? { image: ['The name of an image has no spaces and does not start with a hyphen.'] }
      : {},
});
