;; Has a tool that differs from a built-in one by a capital.

(component
  (@custom "okta:plugin/tools"
    "[{\"name\": \"attack\", \"title\": \"A title\", \"description\": \"A description.\", \"inputSchema\": {\"type\": \"object\"}},"
    " {\"name\": \"other\", \"title\": \"A title\", \"description\": \"A description.\", \"inputSchema\": {\"type\": \"object\"}},"
    " {\"name\": \"List_users\", \"title\": \"A title\", \"description\": \"A description.\", \"inputSchema\": {\"type\": \"object\"}}]")
  (instance $tools)
  (export "okta:plugin/tools@0.1.0" (instance $tools)))
