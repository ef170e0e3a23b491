{% macro who(by) %}
    {{ return(by or env_var('DM_USER', env_var('USER', 'somebody'))) }}
{% endmacro %}
