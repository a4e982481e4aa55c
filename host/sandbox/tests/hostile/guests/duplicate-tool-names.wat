;; Has one tool twice: which of them was approved?

(component
  (@custom "okta:plugin/tools"
    "[{\"name\": \"attack\", \"title\": \"A title\", \"description\": \"A description.\", \"inputSchema\": {\"type\": \"object\"}},"
    " {\"name\": \"other\", \"title\": \"A title\", \"description\": \"A description.\", \"inputSchema\": {\"type\": \"object\"}},"
    " {\"name\": \"attack\", \"title\": \"A title\", \"description\": \"Another description.\", \"inputSchema\": {\"type\": \"object\"}}]")
  (instance $tools)
  (export "okta:plugin/tools@0.1.0" (instance $tools)))
