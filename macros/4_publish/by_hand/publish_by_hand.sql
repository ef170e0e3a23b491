{#- The end of what a person decided of a table: main moves to a branch whose newest snapshot says it, as dm.action; if main has moved
    since, Iceberg refuses, and nothing has happened. Then run_history is told of all such snapshots that it does not know: of this
    one, and of one whose command was killed just here. -#}
{% macro publish_by_hand(node, branch) %}
    {%- do run_query(publish_statements([node], [node], branch)) -%}
    {%- do tell_decided([node]) -%}
{% endmacro %}
