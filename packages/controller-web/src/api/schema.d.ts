export interface paths {
    "/api/v2/instances/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List instances */
        get: {
            parameters: {
                query?: {
                    /** @description fields, with a hyphen before those that go downwards */
                    order_by?: string;
                    /** @description from 1 on */
                    page?: string;
                    /** @description rows of a page: 25, at most 200 */
                    page_size?: string;
                    /** @description words that are all found in a row */
                    search?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            count?: number;
                            next?: string | null;
                            previous?: string | null;
                            results: {
                                approved: boolean;
                                capacity: number;
                                capacity_adjustment: string;
                                consumed_capacity: number;
                                cpu: string;
                                cpu_capacity: number;
                                created: string | null;
                                drain_action: "wait" | "cancel";
                                drain_deadline: string | null;
                                enabled: boolean;
                                errors: string;
                                health_check_pending: boolean;
                                health_check_started: string | null;
                                hostname: string;
                                id: number;
                                ip_address: string | null;
                                jobs_running: number;
                                jobs_total: number;
                                last_health_check: string | null;
                                last_seen: string | null;
                                listener_port: number | null;
                                managed: boolean;
                                managed_by_policy: boolean;
                                mem_capacity: number;
                                memory: number;
                                modified: string | null;
                                node_state: "installed" | "ready" | "unavailable" | "deprovisioning" | "provisioning" | "provision-fail" | "deprovision-fail";
                                node_type: "execution" | "control" | "hybrid" | "hop";
                                peers: number[];
                                peers_from_control_nodes: boolean;
                                percent_capacity_remaining: number;
                                protocol: string;
                                related: {
                                    [key: string]: string;
                                };
                                reverse_peers: number[];
                                summary_fields: {
                                    [key: string]: unknown;
                                };
                                type: string;
                                url: string;
                                uuid: string;
                                version: string;
                            }[];
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
            };
        };
        put?: never;
        /** Create one of instances */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        approved?: boolean;
                        capacity_adjustment?: string;
                        drain_action?: "wait" | "cancel";
                        drain_deadline?: string | null;
                        enabled?: boolean;
                        hostname: string;
                        listener_port?: number | null;
                        managed_by_policy?: boolean;
                        node_state?: "installed" | "ready" | "unavailable" | "deprovisioning" | "provisioning" | "provision-fail" | "deprovision-fail";
                        node_type?: "execution" | "control" | "hybrid" | "hop";
                        peers_from_control_nodes?: boolean;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            approved: boolean;
                            capacity: number;
                            capacity_adjustment: string;
                            consumed_capacity: number;
                            cpu: string;
                            cpu_capacity: number;
                            created: string | null;
                            drain_action: "wait" | "cancel";
                            drain_deadline: string | null;
                            enabled: boolean;
                            errors: string;
                            health_check_pending: boolean;
                            health_check_started: string | null;
                            hostname: string;
                            id: number;
                            ip_address: string | null;
                            jobs_running: number;
                            jobs_total: number;
                            last_health_check: string | null;
                            last_seen: string | null;
                            listener_port: number | null;
                            managed: boolean;
                            managed_by_policy: boolean;
                            mem_capacity: number;
                            memory: number;
                            modified: string | null;
                            node_state: "installed" | "ready" | "unavailable" | "deprovisioning" | "provisioning" | "provision-fail" | "deprovision-fail";
                            node_type: "execution" | "control" | "hybrid" | "hop";
                            peers: number[];
                            peers_from_control_nodes: boolean;
                            percent_capacity_remaining: number;
                            protocol: string;
                            related: {
                                [key: string]: string;
                            };
                            reverse_peers: number[];
                            summary_fields: {
                                [key: string]: unknown;
                            };
                            type: string;
                            url: string;
                            uuid: string;
                            version: string;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/job_templates/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List job_templates */
        get: {
            parameters: {
                query?: {
                    /** @description fields, with a hyphen before those that go downwards */
                    order_by?: string;
                    /** @description from 1 on */
                    page?: string;
                    /** @description rows of a page: 25, at most 200 */
                    page_size?: string;
                    /** @description words that are all found in a row */
                    search?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            count?: number;
                            next?: string | null;
                            previous?: string | null;
                            results: {
                                allow_simultaneous: boolean;
                                ask_credential_on_launch: boolean;
                                ask_diff_mode_on_launch: boolean;
                                ask_execution_environment_on_launch: boolean;
                                ask_forks_on_launch: boolean;
                                ask_instance_groups_on_launch: boolean;
                                ask_inventory_on_launch: boolean;
                                ask_job_slice_count_on_launch: boolean;
                                ask_job_type_on_launch: boolean;
                                ask_limit_on_launch: boolean;
                                ask_scm_branch_on_launch: boolean;
                                ask_skip_tags_on_launch: boolean;
                                ask_tags_on_launch: boolean;
                                ask_timeout_on_launch: boolean;
                                ask_variables_on_launch: boolean;
                                ask_verbosity_on_launch: boolean;
                                become_enabled: boolean;
                                created: string | null;
                                description: string;
                                diff_mode: boolean;
                                execution_environment: number | null;
                                extra_vars: string;
                                force_handlers: boolean;
                                forks: number;
                                id: number;
                                inventory: number | null;
                                job_slice_count: number;
                                job_tags: string;
                                job_type: "run" | "check";
                                last_job_run: string | null;
                                limit: string;
                                modified: string | null;
                                name: string;
                                organization: number | null;
                                playbook: string;
                                prevent_instance_group_fallback: boolean;
                                project: number | null;
                                related: {
                                    [key: string]: string;
                                };
                                scm_branch: string;
                                skip_tags: string;
                                start_at_task: string;
                                status: "never updated" | "new" | "pending" | "waiting" | "running" | "successful" | "failed" | "error" | "canceled";
                                summary_fields: {
                                    [key: string]: unknown;
                                };
                                survey_enabled: boolean;
                                timeout: number;
                                type: string;
                                url: string;
                                use_fact_cache: boolean;
                                verbosity: 0 | 1 | 2 | 3 | 4 | 5;
                            }[];
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
            };
        };
        put?: never;
        /** Create one of job_templates */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        allow_simultaneous?: boolean;
                        ask_credential_on_launch?: boolean;
                        ask_diff_mode_on_launch?: boolean;
                        ask_execution_environment_on_launch?: boolean;
                        ask_forks_on_launch?: boolean;
                        ask_instance_groups_on_launch?: boolean;
                        ask_inventory_on_launch?: boolean;
                        ask_job_slice_count_on_launch?: boolean;
                        ask_job_type_on_launch?: boolean;
                        ask_limit_on_launch?: boolean;
                        ask_scm_branch_on_launch?: boolean;
                        ask_skip_tags_on_launch?: boolean;
                        ask_tags_on_launch?: boolean;
                        ask_timeout_on_launch?: boolean;
                        ask_variables_on_launch?: boolean;
                        ask_verbosity_on_launch?: boolean;
                        become_enabled?: boolean;
                        description?: string;
                        diff_mode?: boolean;
                        execution_environment?: number | null;
                        extra_vars?: string;
                        force_handlers?: boolean;
                        forks?: number;
                        inventory?: number | null;
                        job_slice_count?: number;
                        job_tags?: string;
                        job_type?: "run" | "check";
                        limit?: string;
                        name: string;
                        playbook?: string;
                        prevent_instance_group_fallback?: boolean;
                        project?: number | null;
                        scm_branch?: string;
                        skip_tags?: string;
                        start_at_task?: string;
                        timeout?: number;
                        use_fact_cache?: boolean;
                        verbosity?: 0 | 1 | 2 | 3 | 4 | 5;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            allow_simultaneous: boolean;
                            ask_credential_on_launch: boolean;
                            ask_diff_mode_on_launch: boolean;
                            ask_execution_environment_on_launch: boolean;
                            ask_forks_on_launch: boolean;
                            ask_instance_groups_on_launch: boolean;
                            ask_inventory_on_launch: boolean;
                            ask_job_slice_count_on_launch: boolean;
                            ask_job_type_on_launch: boolean;
                            ask_limit_on_launch: boolean;
                            ask_scm_branch_on_launch: boolean;
                            ask_skip_tags_on_launch: boolean;
                            ask_tags_on_launch: boolean;
                            ask_timeout_on_launch: boolean;
                            ask_variables_on_launch: boolean;
                            ask_verbosity_on_launch: boolean;
                            become_enabled: boolean;
                            created: string | null;
                            description: string;
                            diff_mode: boolean;
                            execution_environment: number | null;
                            extra_vars: string;
                            force_handlers: boolean;
                            forks: number;
                            id: number;
                            inventory: number | null;
                            job_slice_count: number;
                            job_tags: string;
                            job_type: "run" | "check";
                            last_job_run: string | null;
                            limit: string;
                            modified: string | null;
                            name: string;
                            organization: number | null;
                            playbook: string;
                            prevent_instance_group_fallback: boolean;
                            project: number | null;
                            related: {
                                [key: string]: string;
                            };
                            scm_branch: string;
                            skip_tags: string;
                            start_at_task: string;
                            status: "never updated" | "new" | "pending" | "waiting" | "running" | "successful" | "failed" | "error" | "canceled";
                            summary_fields: {
                                [key: string]: unknown;
                            };
                            survey_enabled: boolean;
                            timeout: number;
                            type: string;
                            url: string;
                            use_fact_cache: boolean;
                            verbosity: 0 | 1 | 2 | 3 | 4 | 5;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/job_templates/{id}/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read one of job_templates */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            allow_simultaneous: boolean;
                            ask_credential_on_launch: boolean;
                            ask_diff_mode_on_launch: boolean;
                            ask_execution_environment_on_launch: boolean;
                            ask_forks_on_launch: boolean;
                            ask_instance_groups_on_launch: boolean;
                            ask_inventory_on_launch: boolean;
                            ask_job_slice_count_on_launch: boolean;
                            ask_job_type_on_launch: boolean;
                            ask_limit_on_launch: boolean;
                            ask_scm_branch_on_launch: boolean;
                            ask_skip_tags_on_launch: boolean;
                            ask_tags_on_launch: boolean;
                            ask_timeout_on_launch: boolean;
                            ask_variables_on_launch: boolean;
                            ask_verbosity_on_launch: boolean;
                            become_enabled: boolean;
                            created: string | null;
                            description: string;
                            diff_mode: boolean;
                            execution_environment: number | null;
                            extra_vars: string;
                            force_handlers: boolean;
                            forks: number;
                            id: number;
                            inventory: number | null;
                            job_slice_count: number;
                            job_tags: string;
                            job_type: "run" | "check";
                            last_job_run: string | null;
                            limit: string;
                            modified: string | null;
                            name: string;
                            organization: number | null;
                            playbook: string;
                            prevent_instance_group_fallback: boolean;
                            project: number | null;
                            related: {
                                [key: string]: string;
                            };
                            scm_branch: string;
                            skip_tags: string;
                            start_at_task: string;
                            status: "never updated" | "new" | "pending" | "waiting" | "running" | "successful" | "failed" | "error" | "canceled";
                            summary_fields: {
                                [key: string]: unknown;
                            };
                            survey_enabled: boolean;
                            timeout: number;
                            type: string;
                            url: string;
                            use_fact_cache: boolean;
                            verbosity: 0 | 1 | 2 | 3 | 4 | 5;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
            };
        };
        /** Replace one of job_templates */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        allow_simultaneous?: boolean;
                        ask_credential_on_launch?: boolean;
                        ask_diff_mode_on_launch?: boolean;
                        ask_execution_environment_on_launch?: boolean;
                        ask_forks_on_launch?: boolean;
                        ask_instance_groups_on_launch?: boolean;
                        ask_inventory_on_launch?: boolean;
                        ask_job_slice_count_on_launch?: boolean;
                        ask_job_type_on_launch?: boolean;
                        ask_limit_on_launch?: boolean;
                        ask_scm_branch_on_launch?: boolean;
                        ask_skip_tags_on_launch?: boolean;
                        ask_tags_on_launch?: boolean;
                        ask_timeout_on_launch?: boolean;
                        ask_variables_on_launch?: boolean;
                        ask_verbosity_on_launch?: boolean;
                        become_enabled?: boolean;
                        description?: string;
                        diff_mode?: boolean;
                        execution_environment?: number | null;
                        extra_vars?: string;
                        force_handlers?: boolean;
                        forks?: number;
                        inventory?: number | null;
                        job_slice_count?: number;
                        job_tags?: string;
                        job_type?: "run" | "check";
                        limit?: string;
                        name: string;
                        playbook?: string;
                        prevent_instance_group_fallback?: boolean;
                        project?: number | null;
                        scm_branch?: string;
                        skip_tags?: string;
                        start_at_task?: string;
                        timeout?: number;
                        use_fact_cache?: boolean;
                        verbosity?: 0 | 1 | 2 | 3 | 4 | 5;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            allow_simultaneous: boolean;
                            ask_credential_on_launch: boolean;
                            ask_diff_mode_on_launch: boolean;
                            ask_execution_environment_on_launch: boolean;
                            ask_forks_on_launch: boolean;
                            ask_instance_groups_on_launch: boolean;
                            ask_inventory_on_launch: boolean;
                            ask_job_slice_count_on_launch: boolean;
                            ask_job_type_on_launch: boolean;
                            ask_limit_on_launch: boolean;
                            ask_scm_branch_on_launch: boolean;
                            ask_skip_tags_on_launch: boolean;
                            ask_tags_on_launch: boolean;
                            ask_timeout_on_launch: boolean;
                            ask_variables_on_launch: boolean;
                            ask_verbosity_on_launch: boolean;
                            become_enabled: boolean;
                            created: string | null;
                            description: string;
                            diff_mode: boolean;
                            execution_environment: number | null;
                            extra_vars: string;
                            force_handlers: boolean;
                            forks: number;
                            id: number;
                            inventory: number | null;
                            job_slice_count: number;
                            job_tags: string;
                            job_type: "run" | "check";
                            last_job_run: string | null;
                            limit: string;
                            modified: string | null;
                            name: string;
                            organization: number | null;
                            playbook: string;
                            prevent_instance_group_fallback: boolean;
                            project: number | null;
                            related: {
                                [key: string]: string;
                            };
                            scm_branch: string;
                            skip_tags: string;
                            start_at_task: string;
                            status: "never updated" | "new" | "pending" | "waiting" | "running" | "successful" | "failed" | "error" | "canceled";
                            summary_fields: {
                                [key: string]: unknown;
                            };
                            survey_enabled: boolean;
                            timeout: number;
                            type: string;
                            url: string;
                            use_fact_cache: boolean;
                            verbosity: 0 | 1 | 2 | 3 | 4 | 5;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
            };
        };
        post?: never;
        /** Delete one of job_templates */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description `detail`, or what is wrong by field */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
            };
        };
        options?: never;
        head?: never;
        /** Change one of job_templates */
        patch: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        allow_simultaneous?: boolean;
                        ask_credential_on_launch?: boolean;
                        ask_diff_mode_on_launch?: boolean;
                        ask_execution_environment_on_launch?: boolean;
                        ask_forks_on_launch?: boolean;
                        ask_instance_groups_on_launch?: boolean;
                        ask_inventory_on_launch?: boolean;
                        ask_job_slice_count_on_launch?: boolean;
                        ask_job_type_on_launch?: boolean;
                        ask_limit_on_launch?: boolean;
                        ask_scm_branch_on_launch?: boolean;
                        ask_skip_tags_on_launch?: boolean;
                        ask_tags_on_launch?: boolean;
                        ask_timeout_on_launch?: boolean;
                        ask_variables_on_launch?: boolean;
                        ask_verbosity_on_launch?: boolean;
                        become_enabled?: boolean;
                        description?: string;
                        diff_mode?: boolean;
                        execution_environment?: number | null;
                        extra_vars?: string;
                        force_handlers?: boolean;
                        forks?: number;
                        inventory?: number | null;
                        job_slice_count?: number;
                        job_tags?: string;
                        job_type?: "run" | "check";
                        limit?: string;
                        name?: string;
                        playbook?: string;
                        prevent_instance_group_fallback?: boolean;
                        project?: number | null;
                        scm_branch?: string;
                        skip_tags?: string;
                        start_at_task?: string;
                        timeout?: number;
                        use_fact_cache?: boolean;
                        verbosity?: 0 | 1 | 2 | 3 | 4 | 5;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            allow_simultaneous: boolean;
                            ask_credential_on_launch: boolean;
                            ask_diff_mode_on_launch: boolean;
                            ask_execution_environment_on_launch: boolean;
                            ask_forks_on_launch: boolean;
                            ask_instance_groups_on_launch: boolean;
                            ask_inventory_on_launch: boolean;
                            ask_job_slice_count_on_launch: boolean;
                            ask_job_type_on_launch: boolean;
                            ask_limit_on_launch: boolean;
                            ask_scm_branch_on_launch: boolean;
                            ask_skip_tags_on_launch: boolean;
                            ask_tags_on_launch: boolean;
                            ask_timeout_on_launch: boolean;
                            ask_variables_on_launch: boolean;
                            ask_verbosity_on_launch: boolean;
                            become_enabled: boolean;
                            created: string | null;
                            description: string;
                            diff_mode: boolean;
                            execution_environment: number | null;
                            extra_vars: string;
                            force_handlers: boolean;
                            forks: number;
                            id: number;
                            inventory: number | null;
                            job_slice_count: number;
                            job_tags: string;
                            job_type: "run" | "check";
                            last_job_run: string | null;
                            limit: string;
                            modified: string | null;
                            name: string;
                            organization: number | null;
                            playbook: string;
                            prevent_instance_group_fallback: boolean;
                            project: number | null;
                            related: {
                                [key: string]: string;
                            };
                            scm_branch: string;
                            skip_tags: string;
                            start_at_task: string;
                            status: "never updated" | "new" | "pending" | "waiting" | "running" | "successful" | "failed" | "error" | "canceled";
                            summary_fields: {
                                [key: string]: unknown;
                            };
                            survey_enabled: boolean;
                            timeout: number;
                            type: string;
                            url: string;
                            use_fact_cache: boolean;
                            verbosity: 0 | 1 | 2 | 3 | 4 | 5;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
            };
        };
        trace?: never;
    };
    "/api/v2/job_templates/{id}/launch/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a launch needs, and what it may set */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
            };
        };
        put?: never;
        /** Launch a job */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        credential_passwords?: {
                            [key: string]: string;
                        };
                        credentials?: number[];
                        diff_mode?: boolean;
                        execution_environment?: number;
                        extra_vars?: {
                            [key: string]: unknown;
                        };
                        forks?: number;
                        instance_groups?: number[];
                        inventory?: number;
                        job_slice_count?: number;
                        job_tags?: string;
                        job_type?: "run" | "check";
                        labels?: number[];
                        limit?: string;
                        scm_branch?: string;
                        skip_tags?: string;
                        timeout?: number;
                        verbosity?: number;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/jobs/{id}/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read one of jobs */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            allow_simultaneous: boolean;
                            artifacts: {
                                [key: string]: unknown;
                            };
                            become_enabled: boolean;
                            canceled_on: string | null;
                            controller_node: string;
                            created: string | null;
                            description: string;
                            diff_mode: boolean;
                            elapsed: number;
                            event_processing_finished: boolean;
                            execution_environment: number | null;
                            execution_node: string;
                            extra_vars: string;
                            failed: boolean;
                            finished: string | null;
                            force_handlers: boolean;
                            forks: number;
                            host_status_counts: {
                                [key: string]: unknown;
                            };
                            id: number;
                            instance_group: number | null;
                            inventory: number | null;
                            job_args: string;
                            job_cwd: string;
                            job_env: {
                                [key: string]: unknown;
                            };
                            job_explanation: string;
                            job_slice_count: number;
                            job_slice_number: number;
                            job_tags: string;
                            job_template: number | null;
                            job_type: "run" | "check";
                            launch_type: "manual" | "relaunch" | "dependency" | "sync" | "scm";
                            launched_by: {
                                [key: string]: unknown;
                            };
                            limit: string;
                            modified: string | null;
                            name: string;
                            playbook: string;
                            playbook_counts: {
                                [key: string]: unknown;
                            };
                            project: number | null;
                            related: {
                                [key: string]: string;
                            };
                            result_traceback: string;
                            scm_branch: string;
                            scm_revision: string;
                            skip_tags: string;
                            start_at_task: string;
                            started: string | null;
                            status: "new" | "pending" | "waiting" | "running" | "successful" | "failed" | "error" | "canceled";
                            summary_fields: {
                                [key: string]: unknown;
                            };
                            timeout: number;
                            type: string;
                            unified_job_template: number | null;
                            url: string;
                            use_fact_cache: boolean;
                            verbosity: 0 | 1 | 2 | 3 | 4 | 5;
                            work_unit_id: string | null;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        /** Delete one of jobs */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description `detail`, or what is wrong by field */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/jobs/{id}/cancel/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether one of jobs can be cancelled */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            can_cancel: boolean;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
            };
        };
        put?: never;
        /** Cancel one of jobs */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": Record<string, never>;
                    };
                };
                /** @description `detail`, or what is wrong by field */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                405: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/jobs/{id}/job_events/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Events of one of jobs */
        get: {
            parameters: {
                query?: {
                    /** @description fields, with a hyphen before those that go downwards */
                    order_by?: string;
                    /** @description from 1 on */
                    page?: string;
                    /** @description rows of a page: 25, at most 200 */
                    page_size?: string;
                    /** @description words that are all found in a row */
                    search?: string;
                };
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            count?: number;
                            next?: string | null;
                            previous?: string | null;
                            results: {
                                changed: boolean;
                                counter: number;
                                created: string | null;
                                end_line: number;
                                event: string;
                                event_data: {
                                    [key: string]: unknown;
                                };
                                event_display: string;
                                event_level: number;
                                failed: boolean;
                                host: number | null;
                                host_name: string;
                                id: number;
                                job: number | null;
                                modified: string | null;
                                parent_uuid: string;
                                play: string;
                                playbook: string;
                                related: {
                                    [key: string]: string;
                                };
                                role: string;
                                start_line: number;
                                stdout: string;
                                summary_fields: {
                                    [key: string]: unknown;
                                };
                                task: string;
                                type: string;
                                url: string;
                                uuid: string;
                                verbosity: number;
                            }[];
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/jobs/{id}/job_host_summaries/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List job_host_summaries of one of jobs */
        get: {
            parameters: {
                query?: {
                    /** @description fields, with a hyphen before those that go downwards */
                    order_by?: string;
                    /** @description from 1 on */
                    page?: string;
                    /** @description rows of a page: 25, at most 200 */
                    page_size?: string;
                    /** @description words that are all found in a row */
                    search?: string;
                };
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            count?: number;
                            next?: string | null;
                            previous?: string | null;
                            results: {
                                changed: number;
                                created: string | null;
                                dark: number;
                                failed: boolean;
                                failures: number;
                                host: number | null;
                                host_name: string;
                                id: number;
                                ignored: number;
                                job: number | null;
                                modified: string | null;
                                ok: number;
                                processed: number;
                                related: {
                                    [key: string]: string;
                                };
                                rescued: number;
                                skipped: number;
                                summary_fields: {
                                    [key: string]: unknown;
                                };
                                type: string;
                                url: string;
                            }[];
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/jobs/{id}/relaunch/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a relaunch needs, and how many hosts it would have */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
            };
        };
        put?: never;
        /** Run a job again */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        credential_passwords?: {
                            [key: string]: string;
                        };
                        hosts?: "all" | "failed";
                    };
                };
            };
            responses: {
                /** @description Default Response */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/jobs/{id}/stdout/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The output of one of jobs */
        get: {
            parameters: {
                query?: {
                    /** @description base64 */
                    content_encoding?: string;
                    end_line?: string;
                    /** @description json, txt, ansi, html, txt_download or ansi_download */
                    format?: string;
                    start_line?: string;
                };
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description in the form that was asked for */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                        "text/html": string;
                        "text/plain": string;
                    };
                };
                /** @description `detail`, or what is wrong by field */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/me/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Oneself, as a list of one */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            count?: number;
                            next?: string | null;
                            previous?: string | null;
                            results: {
                                created: string | null;
                                email: string;
                                first_name: string;
                                id: number;
                                is_active: boolean;
                                is_operator: boolean;
                                is_superuser: boolean;
                                is_system_auditor: boolean;
                                last_login: string | null;
                                last_name: string;
                                modified: string | null;
                                related: {
                                    [key: string]: string;
                                };
                                summary_fields: {
                                    [key: string]: unknown;
                                };
                                type: string;
                                url: string;
                                username: string;
                            }[];
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/ping/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            active_node: string;
                            ha: boolean;
                            install_uuid: string;
                            instance_groups: {
                                [key: string]: unknown;
                            }[];
                            instances: {
                                [key: string]: unknown;
                            }[];
                            version: string;
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/unified_jobs/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List unified_jobs */
        get: {
            parameters: {
                query?: {
                    /** @description fields, with a hyphen before those that go downwards */
                    order_by?: string;
                    /** @description from 1 on */
                    page?: string;
                    /** @description rows of a page: 25, at most 200 */
                    page_size?: string;
                    /** @description words that are all found in a row */
                    search?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            count?: number;
                            next?: string | null;
                            previous?: string | null;
                            results: {
                                canceled_on: string | null;
                                controller_node: string;
                                created: string | null;
                                description: string;
                                elapsed: number;
                                execution_environment: number | null;
                                execution_node: string;
                                failed: boolean;
                                finished: string | null;
                                id: number;
                                instance_group: number | null;
                                job_explanation: string;
                                launch_type: "manual" | "relaunch" | "dependency" | "sync" | "scm";
                                launched_by: {
                                    [key: string]: unknown;
                                };
                                modified: string | null;
                                name: string;
                                related: {
                                    [key: string]: string;
                                };
                                started: string | null;
                                status: "new" | "pending" | "waiting" | "running" | "successful" | "failed" | "error" | "canceled";
                                summary_fields: {
                                    [key: string]: unknown;
                                };
                                type: "project_update" | "inventory_update" | "job" | "ad_hoc_command";
                                unified_job_template: number | null;
                                url: string;
                                work_unit_id: string | null;
                            }[];
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description `detail`, or what is wrong by field */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: never;
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export type operations = Record<string, never>;
