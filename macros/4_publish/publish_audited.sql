{#- Ends what begin_audit() began: the tables whose rows have passed all their tests are published by moving main to the
    run's branch; of the others, main stays as it is and the branch is kept. Where main is not what it was when
    the run began, it is not forced: the work is void. dbt runs what this returns. -#}
{% macro publish_audited(results) %}
    {%- if not execute or command() not in ('build', 'run') -%}
        {{ return('') }}
    {%- endif -%}
    {%- do tell_left(results) -%}
    {%- do explain_failures(results) -%}
    {%- set outcomes = table_outcomes(audited_results(results)) -%}
    {%- do run_query('reset `spark.wap.branch`') -%}
    {%- do graph.update({'outcomes': outcomes}) -%}
    {%- if var('preview') -%}
        {%- do seal_branches(outcomes) -%}
        {%- do tell_previews(outcomes, results) -%}
        {{ return('') }}
    {%- endif -%}
    {%- set published = outcomes | selectattr('status', 'equalto', 'published') | map(attribute='node') | list -%}
    {%- set passed = outcomes | rejectattr('status', 'equalto', 'failed') | map(attribute='node') | list -%}
    {%- do tell_kept_branches(outcomes | selectattr('status', 'equalto', 'failed')) -%}
    {%- if published -%}
        {%- do log('Publishing ' ~ published | map(attribute='name') | join(', '), info=true) -%}
    {%- endif -%}
    {%- do seal_branches(outcomes) -%}
    {{ return(publish_statements(published, passed, audit_branch()) if passed else '') }}
{% endmacro %}
