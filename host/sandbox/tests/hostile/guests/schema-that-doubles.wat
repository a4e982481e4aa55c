;; Has a schema of forty definitions, each of which is twice the next: 2^40 steps to check an argument.

(component
  (@custom "okta:plugin/tools"
    "[{\"name\": \"attack\", \"title\": \"A title\", \"description\": \"A description.\", \"inputSchema\": {\"type\": \"object\", \"properties\": {\"a\": {\"$ref\": \"#/$defs/d0\"}}, \"$defs\": {\"d0\": {\"allOf\": [{\"$ref\": \"#/$defs/d1\"},"
    " {\"$ref\": \"#/$defs/d1\"}]}, \"d1\": {\"allOf\": [{\"$ref\": \"#/$defs/d2\"},"
    " {\"$ref\": \"#/$defs/d2\"}]}, \"d2\": {\"allOf\": [{\"$ref\": \"#/$defs/d3\"},"
    " {\"$ref\": \"#/$defs/d3\"}]}}}},"
    " {\"name\": \"other\", \"title\": \"A title\", \"description\": \"A description.\", \"inputSchema\": {\"type\": \"object\"}}]")
  (instance $tools)
  (export "okta:plugin/tools@0.1.0" (instance $tools)))
