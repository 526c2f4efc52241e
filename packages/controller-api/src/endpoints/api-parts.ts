import type { ActivityRecorder, Actor } from '../activity/activity-recorder.js';
import type { ApiContext } from '../api-context.js';
import type { ResourceEditor } from '../editing/resource-editor.js';
import type { Presenter } from '../resources/presenter.js';
import type { Resources } from '../resources/resource.js';
import type { Call } from './endpoint.js';
import type { Lister } from './lister.js';

/** What endpoints are made of. */
export interface ApiParts {
  readonly context: ApiContext;
  readonly resources: Resources;
  readonly presenter: Presenter;
  readonly editor: ResourceEditor;
  readonly lister: Lister;
  readonly recorder: ActivityRecorder;
}

/** Who is behind a call. */
export const actorOf = ({ user, request }: Call): Actor => ({ user, remoteAddress: request.ip });
