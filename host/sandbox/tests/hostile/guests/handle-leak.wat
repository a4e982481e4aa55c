;; Makes a handle to a resource of its own again and again, and drops none.

(import "[export]hostile:leak/things" "[resource-new]thing" (func $new (param i32) (result i32)))

(func (export "hostile:leak/things#[dtor]thing") (param i32))

(func (export "okta:plugin/tools@0.1.0#call")
  (param $name i32) (param $name_size i32) (param $arguments i32) (param $size i32)
  (param i32 i32 i32 i32 i32 i32) (result i32)
  (loop $more
    (drop (call $new (i32.const 0)))
    (br $more))
  unreachable)
